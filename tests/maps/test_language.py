from maps.language import N_, _, language, n_, speaking


def test_danish_is_what_stands_in_the_code() -> None:
    assert language() == "da"
    assert _("Konto") == N_("Konto") == "Konto"
    assert (n_("dag", "dage", 1), n_("dag", "dage", 2)) == ("dag", "dage")


def test_english_ends_where_it_was_asked_for() -> None:
    with speaking("en"):
        assert _("Konto") == "Account"
        assert _("står ikke i kataloget") == "står ikke i kataloget"
    assert _("Konto") == "Konto"
