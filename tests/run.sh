#!/bin/bash
# Builds the solution, checks its format and runs every test project, one after the other. The last line is "N passed, N failed":
# a skipped test, a crashed test host, a project without tests and a failed step count as failed. Called by ./build.sh test.
#
# Usage: run.sh ROOT GUEST_DIR
set -euo pipefail

root=$1
guest=$2
results=$root/artifacts/test-results
passed=0
failed=0
problems=()

finish() {
    if [ ${#problems[@]} -gt 0 ]; then
        printf 'not passed: %s\n' "${problems[@]}"
    fi
    echo "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
    exit
}

fail() {
    failed=$((failed + 1))
    problems+=("$1")
}

# A number from the summary of a result file, or 0.
counter() {
    sed -n "s/.*<Counters .*[ ]$2=\"\([0-9]*\)\".*/\1/p" "$1" | head -n 1 | grep . || echo 0
}

# The names of the tests with an outcome.
names() {
    grep -o '<UnitTestResult [^>]*>' "$1" | grep " outcome=\"$2\"" | sed 's/.* testName="\([^"]*\)".*/\1/' | sed 's/&quot;/"/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g' || true
}

# Adds up one project's results. The exit code counts too: a test host that crashes leaves what had passed until then, or nothing.
tally() {
    local project=$1 exit_code=$2 file=$results/$1.trx skipped name
    if [ ! -s "$file" ]; then
        fail "$project: no results (exit code $exit_code)"
        return
    fi
    local own_passed own_failed
    own_passed=$(counter "$file" passed)
    own_failed=$(($(counter "$file" failed) + $(counter "$file" error) + $(counter "$file" timeout) + $(counter "$file" aborted)))
    passed=$((passed + own_passed))
    failed=$((failed + own_failed))
    while IFS= read -r name; do
        [ -z "$name" ] || problems+=("$project: $name")
    done < <(names "$file" Failed)
    skipped=0
    while IFS= read -r name; do
        [ -z "$name" ] || { fail "$project: $name (skipped)"; skipped=$((skipped + 1)); }
    done < <(names "$file" NotExecuted)
    if [ $((own_passed + own_failed + skipped)) -eq 0 ]; then
        fail "$project: no tests"
    elif [ "$exit_code" -ne 0 ] && [ "$own_failed" -eq 0 ]; then
        fail "$project: the test host ended with exit code $exit_code"
    fi
}

run_project() {
    local project exit_code=0
    project=$(basename "$1" .csproj)
    echo "== $project"
    # Two cores: one project at a time. A test that hangs is ended, named and counted, and no dump is written.
    dotnet test "$1" --no-build --nologo --disable-build-servers --results-directory "$results" \
        --logger "trx;LogFileName=$project.trx" --blame-hang --blame-hang-timeout 4min --blame-hang-dump-type none < /dev/null || exit_code=$?
    tally "$project" "$exit_code"
}

rm -rf "$results"
mkdir -p "$results"
echo "== build"
if ! dotnet build "$root/Orchestrator.sln" -warnaserror -v minimal -nodeReuse:false --disable-build-servers; then
    fail "the build (its errors are above)"
    finish
fi
echo "== format"
dotnet format "$root/Orchestrator.sln" --verify-no-changes --no-restore || fail "the format (./build.sh format repairs it)"
echo "== demo guest"
"$root/config/demo-guest/build-guest.sh" "$guest" || fail "the demo guest"
for project in "$root"/tests/*.Tests/*.csproj "$root"/bench/*.Tests/*.csproj; do
    run_project "$project"
done
finish
