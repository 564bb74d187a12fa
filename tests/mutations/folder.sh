#!/usr/bin/env bash
# Has cargo-mutants break what it can in one folder of the runtime, or in a sample of 200 of another crate. The unit tests run first, in
# about a second for each mutant. The suites that belong to the folder run for what the unit tests miss, one after the other.
#
#     tests/mutations/folder.sh session      # a folder of sdk-runtime/src
#     tests/mutations/folder.sh macros 3     # a sample of sdk-macros or sdk-testkit; each seed takes other mutants
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=$1 seed=${2:-0}
package=sdk-runtime files=(--file "sdk-runtime/src/$folder/**") sample=() features=()
case $folder in
    session) suites=(session "calls failures requests stores") ;;
    client) suites=(calls requests session) ;;
    cookies) suites=(requests session) ;;
    request | response | body | error | exchange | transport) suites=(calls requests "session failures hostile encrypted") ;;
    encoding) suites=(encodings requests) features=(--features api-client-tests/encodings) ;;
    store) suites=(stores session) features=(--features api-client-tests/keyring) ;;
    macros) package=sdk-macros suites=(ui) ;;
    testkit) package=sdk-testkit suites=(flows "calls requests") ;;
    *) echo "there is no list of suites for '$folder'" >&2; exit 2 ;;
esac

# Debug information takes longer to write than the code of a mutant. Random declarations take most of the time of the macros' tests.
export CARGO_PROFILE_DEV_DEBUG=0 CARGO_INCREMENTAL=1 DECLARATION_ROUNDS=50

if [[ $package != sdk-runtime ]]; then
    shards=$(($(cargo mutants --list --package "$package" | wc -l) / 200))
    files=() sample=(--sharding round-robin --shard "$((seed % shards))/$shards")
fi
output=target/mutants/$folder
which=(--package "$package" "${files[@]}" "${sample[@]}")

# Ends with 2 or 3 where mutants were missed or took too long, which is no failure of this script.
mutants() {
    cargo mutants "${which[@]}" --output "$output" --colors never --timeout 120 "$@" || [[ $? == [23] ]]
}

rm -rf "$output"
mkdir -p "$output"
mutants --cargo-arg=--lib
unviable=$(wc -l <"$output/mutants.out/unviable.txt")
for suite in "${suites[@]}"; do
    # shellcheck disable=SC2046
    mutants --iterate --baseline skip --test-package "$package" --test-package api-client-tests "${features[@]}" \
        $(printf -- '--cargo-arg=--test=%s ' $suite)
done

viable=$(($(cargo mutants --list "${which[@]}" | wc -l) - unviable))
missed=$(wc -l <"$output/mutants.out/missed.txt")
cat "$output/mutants.out/missed.txt"
echo "$folder: $viable mutants that compile, of which $((viable - missed)) are seen and $missed are not"
