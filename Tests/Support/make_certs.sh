#!/bin/sh
# Makes TLS material for tests in the folder given: a private authority and certificates that are good or wrong in one way each.
#
#   ca.pem                          the authority that the good ones are of
#   good.pem, good.key              for localhost and 127.0.0.1
#   expired.pem, future.pem         the same, out of date and not yet in date
#   wrong_name.pem                  for another host
#   self_signed.pem                 for localhost and 127.0.0.1, of no authority
#   stranger_ca.pem, stranger.pem   good, but of an authority that is not ca.pem
#
# Each NAME.pem has its NAME.key.
set -eu
LC_ALL=C
export LC_ALL
cd "${1:?usage: make_certs.sh FOLDER}"

NAMES="subjectAltName=DNS:localhost,IP:127.0.0.1"

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key" 2>/dev/null; }

authority() { # authority NAME SUBJECT
  key "$1"
  openssl req -x509 -new -key "$1.key" -sha256 -days 30 -subj "/CN=$2" -out "$1.pem" \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign"
}

# `openssl ca` is the one command that takes both dates; it needs a small database.
certificate() { # certificate NAME AUTHORITY FROM TO SUBJECT-ALT-NAME
  key "$1"
  openssl req -new -key "$1.key" -subj "/CN=videodb_rt test $1" -out "$1.csr"
  : >index.txt
  cat >ca.cnf <<CONF
[ca]
default_ca = this
[this]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = leaf
[any]
commonName = supplied
[leaf]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
$5
CONF
  openssl ca -batch -notext -config ca.cnf -cert "$2.pem" -keyfile "$2.key" -in "$1.csr" -out "$1.pem" \
    -startdate "$3" -enddate "$4" 2>openssl.log || { cat openssl.log >&2; exit 1; }
}

day() { date -u -d "$1" +%Y%m%d%H%M%SZ; }

authority ca "videodb_rt test authority"
authority stranger_ca "videodb_rt test stranger"
certificate good ca "$(day -1day)" "$(day +20days)" "$NAMES"
certificate expired ca "$(day -10days)" "$(day -1day)" "$NAMES"
certificate future ca "$(day +5days)" "$(day +20days)" "$NAMES"
certificate wrong_name ca "$(day -1day)" "$(day +20days)" "subjectAltName=DNS:elsewhere.example"
certificate stranger stranger_ca "$(day -1day)" "$(day +20days)" "$NAMES"
key self_signed
openssl req -x509 -new -key self_signed.key -sha256 -days 30 -subj "/CN=localhost" -out self_signed.pem -addext "$NAMES"
rm -f ./*.csr ./index.txt* ./ca.cnf ./openssl.log ./[0-9A-F]*.pem
