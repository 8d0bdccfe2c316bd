"""Tables on narrow screens: each cell has the label of its column, and the table stays one for who cannot see it."""

from kit.web.tables import labelled

TABLE = """<table class="govuk-table"><thead><tr>{heads}</tr></thead>
<tbody><tr>{cells}</tr><tr>{cells}</tr></tbody></table>"""


def table(heads: list[str], cells: str) -> str:
    return labelled(TABLE.format(heads="".join(f'<th scope="col">{head}</th>' for head in heads), cells=cells))


def test_each_cell_of_each_row_has_the_words_of_its_own_head() -> None:
    shown = table(["Case", "Time <b>left</b>", 'Said "so"'], '<th scope="row">A</th><td>late</td><td>yes</td>')
    assert shown.count('<td role="cell" data-label="Time left">late</td>') == 2
    assert shown.count('<td role="cell" data-label="Said &quot;so&quot;">yes</td>') == 2


def test_a_table_laid_out_as_blocks_is_still_announced_as_one() -> None:
    shown = table(["Case", "Due", "State"], '<th scope="row">A</th><td>late</td><td>new</td>')
    assert '<table class="app-stack govuk-table" role="table">' in shown
    assert shown.count('scope="col" role="columnheader"') == 3
    assert shown.count('<th scope="row" role="rowheader">A</th>') == 2
    assert (shown.count('role="rowgroup"'), shown.count('role="row"')) == (2, 3)


def test_a_cell_keeps_the_label_that_it_has_and_one_over_several_columns_counts_as_several() -> None:
    cells = '<td data-label="">tick</td><td colspan="2">not shown</td><td>last</td>'
    shown = table(["Tick", "From", "Until", "Who"], cells)
    assert shown.count('<td data-label="" role="cell">tick</td>') == 2
    assert shown.count('<td colspan="2" role="cell" data-label="From">not shown</td>') == 2
    assert shown.count('<td role="cell" data-label="Who">last</td>') == 2


def test_a_table_of_two_columns_and_one_without_heads_stay_as_they_are() -> None:
    two = TABLE.format(heads="<th>What</th><th>Number</th>", cells="<td>a</td><td>1</td>")
    assert labelled(two) == two
    assert labelled("<table><tr><td>a</td></tr></table>") == "<table><tr><td>a</td></tr></table>"
