#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Keys and credentials of NATS, as its tools nk and nsc write them, which Debian has not.

nkeys.py nkey FILE       a user's seed and public key, a line each; prints the public key
nkeys.py operator DIR    an operator, an account that may use JetStream, and a user of it:
                         DIR/server.conf and DIR/user.creds

A key is Ed25519's, with a letter in front that says whose it is and a checksum behind, in base32; a
token (JWT) is two parts of JSON and their signature. openssl makes the keys and signs.
"""
import base64
import binascii
import json
import subprocess
import sys
import tempfile
import time

SEED, USER, ACCOUNT, OPERATOR = 18 << 3, 20 << 3, 0 << 3, 14 << 3


def openssl(*arguments, **options):
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True, **options).stdout


def base32(data):
    checksum = binascii.crc_hqx(data, 0).to_bytes(2, "little")
    return base64.b32encode(data + checksum).decode().rstrip("=")


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Key:
    def __init__(self, whose):
        self.pem = openssl("genpkey", "-algorithm", "ed25519")
        # Of either form of DER, the last 32 bytes are the key.
        secret = openssl("pkey", "-outform", "DER", input=self.pem)[-32:]
        public = openssl("pkey", "-pubout", "-outform", "DER", input=self.pem)[-32:]
        self.seed = base32(bytes([SEED | whose >> 5, whose << 3 & 0xF8]) + secret)
        self.public = base32(bytes([whose]) + public)

    def sign(self, text):
        with tempfile.NamedTemporaryFile() as pem, tempfile.NamedTemporaryFile() as data:
            pem.write(self.pem)
            pem.flush()
            data.write(text.encode())
            data.flush()
            return openssl("pkeyutl", "-sign", "-rawin", "-inkey", pem.name, "-in", data.name)


def token(issuer, subject, claims):
    head = {"typ": "JWT", "alg": "ed25519-nkey"}
    body = {"iat": int(time.time()), "iss": issuer.public, "sub": subject.public,
            "name": claims["type"], "jti": subject.public, "nats": {**claims, "version": 2}}
    text = ".".join(base64url(json.dumps(part).encode()) for part in (head, body))
    return f"{text}.{base64url(issuer.sign(text))}"


def write_nkey(path):
    user = Key(USER)
    with open(path, "w") as file:
        print(user.seed, user.public, sep="\n", file=file)
    print(user.public)


def write_operator(directory):
    operator, system, account, user = Key(OPERATOR), Key(ACCOUNT), Key(ACCOUNT), Key(USER)
    limits = {"wildcards": True, **dict.fromkeys(("subs", "data", "payload", "imports", "exports", "conn", "leaf"), -1)}
    jetstream = dict.fromkeys(("mem_storage", "disk_storage", "streams", "consumer"), -1)
    of_operator = token(operator, operator, {"type": "operator"})
    # The system account must not have JetStream.
    accounts = {key.public: token(operator, key, {"type": "account", "limits": all_of})
                for key, all_of in ((system, limits), (account, {**limits, **jetstream}))}
    of_user = token(account, user, {"type": "user", "subs": -1, "data": -1, "payload": -1, "pub": {}, "sub": {}})
    with open(f"{directory}/server.conf", "w") as file:
        print(f"operator: {of_operator}\nsystem_account: {system.public}\nresolver: MEMORY", file=file)
        print("resolver_preload:", json.dumps(accounts), file=file)
    with open(f"{directory}/user.creds", "w") as file:
        print("-----BEGIN NATS USER JWT-----", of_user, "------END NATS USER JWT------", "",
              "-----BEGIN USER NKEY SEED-----", user.seed, "------END USER NKEY SEED------", sep="\n", file=file)


def main():
    {"nkey": write_nkey, "operator": write_operator}[sys.argv[1]](sys.argv[2])


main()
