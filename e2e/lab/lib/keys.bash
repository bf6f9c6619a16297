# Keys for this lab alone: one for ssh, one authority for TLS. They end with it.
# shellcheck shell=bash

make_keys() {
  local k=$LAB_HOME/keys
  ssh-keygen -qt ed25519 -N '' -C "lab $LAB_NAME" -f "$k/id"
  ssh-keygen -qt ed25519 -N '' -C "lab $LAB_NAME" -f "$k/hostkey"
  echo "$(net).* $(cut -d' ' -f1,2 "$k/hostkey.pub")" >"$k/known_hosts"
  sign ca "/CN=lab $LAB_NAME"
  sign client "/CN=client" extendedKeyUsage=clientAuth
}

# sign NAME SUBJECT EXTENSION: keys/NAME.pem and keys/NAME-key.pem, from the authority, which signs itself.
sign() {
  local k=$LAB_HOME/keys name=$1 subject=$2
  [ ! -e "$k/$name.pem" ] || return 0
  if [ "$name" = ca ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "$subject" \
      -keyout "$k/ca-key.pem" -out "$k/ca.pem" 2>/dev/null
    return
  fi
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$subject" \
    -keyout "$k/$name-key.pem" -out "$k/$name.csr" 2>/dev/null
  openssl x509 -req -days 365 -in "$k/$name.csr" -CA "$k/ca.pem" -CAkey "$k/ca-key.pem" -CAcreateserial \
    -extfile <(echo "$3") -out "$k/$name.pem" 2>/dev/null
  rm "$k/$name.csr"
}
