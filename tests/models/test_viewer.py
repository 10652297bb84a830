from models.viewer import Grant, Role, Viewer


def test_a_role_counts_in_its_partnership_alone() -> None:
    viewer = Viewer("analyse", frozenset({Grant("nord", Role.ANALYST), Grant("syd", Role.STEERING)}))

    assert viewer.roles_in("nord") == {Role.ANALYST}
    assert viewer.roles_in("syd") == {Role.STEERING}
    assert viewer.roles_in("vest") == frozenset()
