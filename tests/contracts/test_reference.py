"""The shared lists agree with the vocabulary, with each other and with the designs."""

import pytest

from contracts import reference, vocabulary
from contracts.addresses import PATHS, navigation, service_of
from contracts.justice import TRIGGERS
from contracts.reference import AREAS, PERMISSIONS, ROLES, ethnic_categories, ethnicity_group, offence, personas
from contracts.tolerant import values
from contracts.topics import TOPICS


def test_every_flag_and_strand_of_the_lists_is_a_word_of_the_contract() -> None:
    assert set(reference.crime_flags()) == set(vocabulary.CRIME_FLAGS) - {"other"}
    assert set(reference.hate_strands()) - {"other"} <= set(values(vocabulary.HateStrand))
    assert reference.hate_strands()[:5] == ("race", "religion", "sexual_orientation", "disability", "transgender")


def test_every_category_of_ethnicity_is_a_word_of_the_contract() -> None:
    assert set(ethnic_categories()) | set(vocabulary.UNKNOWN_VALUES) | {"other"} == set(values(vocabulary.Ethnicity))
    assert len(ethnic_categories()) == 20


@pytest.mark.parametrize(
    ("code", "group"),
    [("W3", "white"), ("M9", "mixed"), ("A4", "asian"), ("O1", "asian"), ("B2", "black"), ("O2", "other"),
     ("NS", "not_stated"), ("refused", "refused"), ("other", "not_known")],
)  # fmt: skip
def test_a_code_of_ethnicity_falls_into_one_group(code: str, group: str) -> None:
    assert ethnicity_group(code) == group
    assert group in values(vocabulary.EthnicityGroup)


@pytest.mark.parametrize(
    ("code", "group", "subgroup"),
    [
        ("1", "violence-against-the-person", "homicide"),
        ("8Q", "violence-against-the-person", "stalking-and-harassment"),
        ("4.4", "violence-against-the-person", "death-or-serious-injury-unlawful-driving"),
        ("106", "violence-against-the-person", "violence-without-injury"),
        ("20B", "sexual-offences", "other-sexual-offences"),
        ("53D", "fraud-offences", "fraud-and-computer-misuse"),
    ],
)
def test_an_offence_code_has_a_group_and_a_subgroup(code: str, group: str, subgroup: str) -> None:
    found = offence(code)
    assert found is not None
    assert (found.group, found.subgroup) == (group, subgroup)
    assert found.group in reference.offence_groups()


def test_a_code_nobody_listed_is_no_offence() -> None:
    assert offence("999Z") is None
    assert offence(None) is None


def test_outcomes_are_all_there_and_say_which_are_positive() -> None:
    assert list(reference.outcome_types()) == [str(code) for code in range(23)]
    assert [code for code, kind in reference.outcome_types().items() if kind.positive] == [
        *("1", "2", "3", "6", "7", "8")
    ]
    assert reference.outcome("1A") == reference.outcome(1) == reference.outcome_types()["1"]
    assert reference.outcome("99") is None


def test_the_seven_areas_are_named() -> None:
    assert [area.name for area in AREAS] == [
        *("Birmingham", "Coventry", "Dudley", "Sandwell", "Solihull", "Walsall", "Wolverhampton")
    ]
    assert reference.local_authority_name("E08000027") == "Dudley"
    assert reference.local_authority_name(None) == "Not placed"


def test_a_place_outside_the_area_is_told_by_its_name_and_by_its_code_only_where_no_name_is_known() -> None:
    for code, name in (("E07000234", "Bromsgrove"), ("E07000194", "Lichfield"), ("E06000001", "Hartlepool")):
        assert reference.local_authority_name(code) == f"Outside the area ({name})"
    assert reference.local_authority_name("W06000015") == "Outside the area (code W06000015)"
    names = [reference.local_authority_name(code) for code in reference.authorities()]
    assert len(names) == len(set(names)), "two places that are told apart have two names"


@pytest.mark.parametrize(
    ("code", "real"),
    [
        *[(area.code, True) for area in AREAS],
        *[("E06000001", True), ("E09000033", True), ("W06000015", True), ("S12000036", True), ("N09000003", True)],
        *[("E08000099", False), ("E99999999", False), ("E08000000", False), ("E0800002", False), ("E08000²25", False)],
    ],
)
def test_a_code_that_no_local_authority_was_given_is_none(code: str, real: bool) -> None:
    assert reference.is_local_authority(code) is real


def test_every_role_has_known_permissions_and_a_persona() -> None:
    for role in ROLES.values():
        assert role.permissions <= set(PERMISSIONS)
    signing_in = set(ROLES) - {"provider.link"}
    assert {persona.role for persona in personas()} == signing_in
    assert {persona.name for persona in personas()} == signing_in


def test_the_one_who_draws_a_return_does_not_sign_it() -> None:
    assert not [role.name for role in ROLES.values() if {"returns.draw", "returns.sign"} <= role.permissions]
    assert {role.name for role in ROLES.values() if "returns.sign" in role.permissions} == {"leader", "admin"}


def test_only_providers_have_an_organisation() -> None:
    for persona in personas():
        assert (persona.organisation_id is not None) == ("portal.read" in ROLES[persona.role].permissions)


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/", "referral"),
        ("/cases/7", "referral"),
        ("/portal", "referral"),
        ("/rights/7", "code_compliance"),
        ("/rights/operations", "code_compliance"),
        ("/feedback", "feedback"),
        ("/returns/2026-Q3", "returns"),
        ("/published", "returns"),
        ("/operations", "referral"),
        ("/rightsomething", "referral"),
    ],
)
def test_an_address_leads_to_one_service(path: str, service: str) -> None:
    assert service_of(path) == service


def test_every_address_of_the_neutral_origin_is_feedbacks() -> None:
    assert service_of("/anything/at/all", "neutral") == "feedback"
    assert service_of("/assets/site.css", "neutral") == "feedback"


def test_the_navigation_shows_what_the_permissions_allow() -> None:
    labels = {role: [path.label for path in navigation(ROLES[role].permissions)] for role in ROLES}
    assert labels["idva.worker"] == ["Your referrals", "Directory"]
    assert labels["analyst"] == ["Directory", "Victims' Code", "Feedback", "Returns", "Provider returns"]
    assert "Cases" in labels["officer"]
    assert {path.permission for path in PATHS if path.permission} <= set(PERMISSIONS)


def test_the_topics_are_kept_as_long_as_designed() -> None:
    assert {topic.name: topic.retention_days for topic in TOPICS} == {
        "police.crimes": 7,
        "justice.milestones": 90,
        "referral.events": 90,
        "code.events": 90,
        "feedback.events": 90,
        "returns.events": 90,
    }
    assert {topic.partitions for topic in TOPICS} == {12}


def test_the_triggers_are_those_of_the_catalogue_and_ours() -> None:
    ours = {trigger for trigger in TRIGGERS if trigger.startswith(("order_", "pre_recorded_evidence_"))}
    assert len(ours) == 7
    assert len(TRIGGERS) == 74 + 7 + 1
