#!/usr/bin/env bash
# January's pay in Bayonne, from the convention to the proof that every eusko is backed, with curl alone.
#
# It begins on new books, served with `monnaielocale serve`, whose administrator `nekane` has the password in PASSWORD; the people
# invented here get the same. Each request has a key of its own, so that a second run finds everything done and does nothing again.
#
#     ADDRESS=http://127.0.0.1:8000 PASSWORD='a long enough password' docs/examples/bayonne.sh
set -euo pipefail
cd "$(dirname "$0")"
api="${ADDRESS:-http://127.0.0.1:8000}/v1"
password="${PASSWORD:?the password of nekane}"

# The value of a field, where it first stands in an answer.
field() { grep -o "\"$1\":[^,}]*" | head -n 1 | cut -d : -f 2- | tr -d '"'; }

# Log in; what follows is asked as this person.
log_in() {
    token=$(curl --silent --show-error --fail-with-body "$api/token" \
        --json "{\"login\": \"$1\", \"password\": \"$password\"}" | field access_token)
    echo "--- $1"
}

# Look at something.
get() { curl --silent --show-error --fail-with-body --header "Authorization: Bearer $token" "$api$1"; }

# Ask for something under a key: `--json` gives a body, `--form` a file or a field.
post() {
    local key=$1 path=$2
    shift 2
    curl --silent --show-error --fail-with-body "$api$path" "$@" \
        --header "Authorization: Bearer $token" --header "Idempotency-Key: $key"
}

# The administrator loads the convention and adds the people of the association and of the town.
log_in nekane
post convention /conventions --form "file=@../../conventions/bayonne-eusko.toml" --form on=2026-01-02
echo
add_person() {
    post "person-$1" /people \
        --json "{\"login\": \"$1\", \"name\": \"$2\", \"party\": \"$3\", \"roles\": [\"$4\"], \"password\": \"$password\"}"
    echo
}
add_person ane "Ane Errecart" euskal-moneta association_operator
add_person bixente "Bixente Halsouet" euskal-moneta association_operator
add_person claire "Claire Mendiboure" euskal-moneta association_accountant
add_person denis "Denis Laxague" bayonne town_preparer
add_person elorri "Elorri Pagola" bayonne town_signer

# The association enrols its members and prepares the opening of its books, which another person signs.
log_in ane
post members /members/import --form file=@adherents.csv --form public_body=bayonne --form on=2026-01-02
echo
opening=$(post opening /books/eusko/opening/import --form file=@reprise-des-soldes.csv --form on=2026-01-02 | field opening_id)
log_in claire
post opening-signed "/books/eusko/opening/$opening/sign" --json '{"on": "2026-01-02"}'
echo

# Three employees give the association a mandate to collect a part of their pay: drafted, signed by them, accepted by a second person.
log_in ane
mandates=()
for terms in E00201:12000 E00202:8500 E00203:20050; do
    member=${terms%:*}
    mandate=$(post "mandate-$member" /mandates --json '{
        "public_body": "bayonne", "member": "'"$member"'", "kind": "staff_pay",
        "share_mode": "fixed", "share_cents": '"${terms#*:}"', "starts_on": "2026-01-01", "on": "2026-01-09"
    }' | field mandate)
    post "mandate-$member-signed" "/mandates/$mandate/sign" \
        --form document=@mandats-signes.txt --form signed_on=2026-01-07 --form on=2026-01-09
    echo
    mandates+=("$mandate")
done
log_in bixente
for mandate in "${mandates[@]}"; do
    post "$mandate-accepted" "/mandates/$mandate/accept" --json '{"on": "2026-01-09"}'
    echo
done

# The town sends its list. Two rows are wrong: the answer says which and why, and nothing is kept.
log_in denis
list=(--form public_body=bayonne --form kind=staff_pay --form period=2026-01 --form list_number=1 --form on=2026-01-22)
if post list-with-faults /payment-runs/import --form file=@bordereau-a-corriger.csv "${list[@]}"; then
    echo "a list with faults was taken" >&2
    exit 1
fi
echo
run=$(post list /payment-runs/import --form file=@bordereau.csv "${list[@]}" | field run)
# What the town copies on its payment orders: the account, the reference, the amount and the day.
get "/payment-runs/$run/slip"
echo
# A second person of the town signs.
log_in elorri
post list-signed "/payment-runs/$run/sign" --json '{"on": "2026-01-22"}'
echo

# The town has paid: the bank's statement shows the euros with the reference of the list, which explains the line by itself.
log_in ane
post statement /bank-statements --form file=@releve.cfonb --form on=2026-01-30
echo
# Now, and only now, the employees are credited.
post credited "/payment-runs/$run/credit" --json '{"on": "2026-01-30"}'
echo

# The town reads the account of its list, as JSON or as a spreadsheet.
log_in denis
get "/payment-runs/$run/summary"
echo
get "/payment-runs/$run/summary?format=csv"

# Every eusko in circulation is backed by a euro at the bank: the difference is zero, in both forms.
log_in claire
proof=$(get "/reserve-proof?on=2026-01-30")
echo "$proof"
differences=$(grep -o '"difference_cents":[^,}]*' <<<"$proof" | cut -d : -f 2 | sort -u)
[[ $differences == 0 && $(field holds <<<"$proof") == true ]] || { echo "the difference is not zero" >&2; exit 1; }
echo "run $run: every eusko is backed, the difference is 0"
