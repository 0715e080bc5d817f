"""The two ways in which a value can be encrypted, both authenticated: AES-256-GCM, and SM4-GCM where GB/T 32907 is asked for.

A stored value begins with two bytes: the number of the master key, and in the highest bit which of the two it is. So values
of both kinds, and of several keys, stand beside each other and are all read.
"""

import os
from collections.abc import Callable
from typing import Literal, get_args

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4

CipherName = Literal["aes-256-gcm", "sm4-gcm"]
CIPHERS: tuple[CipherName, ...] = get_args(CipherName)
NONCE_BYTES = 12
TAG_BYTES = 16
PREFIX_BYTES = 2
SM4_BIT = 0x8000
HIGHEST_KEY = SM4_BIT - 1
SM4_KEY_BYTES = 16
Derive = Callable[[str], bytes]
"""Returns the 32-byte key of a purpose."""


def prefix_of(number: int, cipher: CipherName) -> bytes:
    """Return how a value begins that is encrypted with this master key in this way."""
    return (number | (SM4_BIT if cipher == "sm4-gcm" else 0)).to_bytes(PREFIX_BYTES, "big")


def number_of(stored: bytes) -> int:
    """Return the number of the master key that a stored value was encrypted with."""
    return int.from_bytes(stored[:PREFIX_BYTES], "big") & HIGHEST_KEY


def encrypt(plain: bytes, *, number: int, cipher: CipherName, derive: Derive, context: bytes) -> bytes:
    """Return the value as it is stored; it can only be read in the same context."""
    nonce = os.urandom(NONCE_BYTES)
    if cipher == "sm4-gcm":
        hidden = sm4_gcm_encrypt(derive("field-sm4")[:SM4_KEY_BYTES], nonce, plain, context)
    else:
        hidden = AESGCM(derive("field")).encrypt(nonce, plain, context)
    return prefix_of(number, cipher) + nonce + hidden


def decrypt(stored: bytes, *, derive: Derive, context: bytes) -> bytes:
    """Return what was encrypted. Raises cryptography's InvalidTag when it was changed, or stands in another context."""
    nonce = stored[PREFIX_BYTES : PREFIX_BYTES + NONCE_BYTES]
    hidden = stored[PREFIX_BYTES + NONCE_BYTES :]
    if int.from_bytes(stored[:PREFIX_BYTES], "big") & SM4_BIT:
        return sm4_gcm_decrypt(derive("field-sm4")[:SM4_KEY_BYTES], nonce, hidden, context)
    return AESGCM(derive("field")).decrypt(nonce, hidden, context)


def sm4_gcm_encrypt(key: bytes, nonce: bytes, plain: bytes, context: bytes) -> bytes:
    """Return ciphertext and tag of SM4 in Galois/Counter mode (RFC 8998)."""
    encryptor = Cipher(SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(context)
    return encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def sm4_gcm_decrypt(key: bytes, nonce: bytes, hidden: bytes, context: bytes) -> bytes:
    """Return what `sm4_gcm_encrypt` was given. Raises cryptography's InvalidTag."""
    tag = hidden[-TAG_BYTES:]
    decryptor = Cipher(SM4(key), modes.GCM(nonce, tag.ljust(TAG_BYTES, b"\0"))).decryptor()
    decryptor.authenticate_additional_data(context)
    return decryptor.update(hidden[:-TAG_BYTES]) + decryptor.finalize()
