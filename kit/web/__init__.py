"""How to write a page.

A page is a view, a template and the store function the view calls. The view gets a `Visit` and gives a response:

    async def show_order(visit: Visit) -> Response:
        async with visit.begin() as tx:                      # a transaction that knows who is looking
            order = await store.load_order(tx, visit.id("order_id"))
            if order is None:
                return visit.not_found()
            await audit.record(tx, [audit.seen(visit.signed_in, "order.viewed", "order", order.id)])
        return visit.render("orders/show.html", order=order)

    async def rename_order(visit: Visit) -> Response:
        form, errors = parse(RenameOrder, visit.form)        # a pydantic model; see kit.web.forms
        if form is None:
            return visit.render("orders/rename.html", status=422, errors=errors, values=visit.form)
        async with visit.begin() as tx:
            await actions.rename(tx, visit.id("order_id"), form.name, visit.now)
        return visit.redirect(f"/orders/{visit.params['order_id']}", flash="The order has a new name.")

    PAGES = (
        Page("/orders/{order_id}", show_order, "order.read"),
        Page("/orders/{order_id}/rename", rename_order, "order.write", methods=("GET", "POST")),
    )

and its template (every govuk and moj macro is there without an import; `errors` becomes the error summary by itself):

    {% extends "layout.html" %}
    {% set title = "Rename the order" %}
    {% block content %}
    <h1 class="govuk-heading-l">{{ title }}</h1>
    <form method="post" novalidate>
      {{ csrf_field() }}
      {{ govukInput(field(errors, values, "name", "New name", hint="As the sender wrote it")) }}
      {{ govukButton({"text": "Save"}) }}
    </form>
    {% endblock %}

`title` begins the browser's title and is the one `<h1>`; it never holds a person's name.
"""
