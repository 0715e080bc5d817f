"""Which passwords are refused, and that nothing of a long one is cut off."""

import pytest
from argon2 import PasswordHasher, Type

from core.people.passwords import PasswordTooWeak, check_password
from core.people.secrets import hash_password, new_password, password_fits

KNOWN = ("zhangli", "张丽", "pingshan", "坪山区")


@pytest.mark.parametrize(
    "password",
    [
        "eleven char",
        "Huiying@2026!!",
        "P@ssw0rd20260312",
        "password12345678",
        "qwertyuiopasdfgh",
        "aaaaaaaaaaaaaaaaaaaaaaaa",
        "abcxabcxabcxabcx",
        "13827654091782",
        "woaini5201314520",
        "我爱你我爱你我爱你我爱你我爱你",
    ],
)
def test_what_is_tried_first_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooWeak):
        check_password(password)


@pytest.mark.parametrize(
    "password", ["zhangli-zhangli!!", "ZhangLi@Pingshan2026", "坪山区张丽的密码123", "张丽zhangli19900312"]
)
def test_what_everybody_knows_of_its_holder_is_refused(password: str) -> None:
    with pytest.raises(PasswordTooWeak):
        check_password(password, known=KNOWN)


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "一句只有测试才知道的长话", "Tr0ub4dor&3-plus-more", "x" * 3 + "紫砂壶里养了七条鱼" * 30],
)
def test_what_is_long_and_ones_own_will_do(password: str) -> None:
    check_password(password, known=KNOWN)


def test_passwords_made_here_will_do() -> None:
    for _ in range(200):
        check_password(new_password(), known=KNOWN)


def test_nothing_of_a_long_password_is_cut_off() -> None:
    long = "紫砂壶里养了七条鱼 and a teapot " * 40
    stored = hash_password(long)
    assert password_fits(stored, long)
    assert not password_fits(stored, long[:-1])
    assert not password_fits(stored, long + "x")


def test_a_guess_costs_what_rfc_9106_asks_of_machines_with_little_memory(products_hasher: PasswordHasher) -> None:
    cost = (products_hasher.time_cost, products_hasher.memory_cost, products_hasher.parallelism)
    assert (products_hasher.type, cost) == (Type.ID, (3, 64 * 1024, 4))
