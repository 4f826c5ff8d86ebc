#!/bin/bash
# Builds the solution, checks its format and runs every test project, one after the other; clusters that meet faults have the machine to themselves.
# The last line is "N passed, N failed": a skipped test, a crashed test host, a project without tests and a failed step count as failed. Called by ./build.sh test.
#
# Usage: run.sh ROOT GUEST_DIR
set -euo pipefail

root=$1
guest=$2
results=$root/artifacts/test-results
faults=.Clustering.Faults.
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

# Adds up the results of a run of tests. The exit code counts too: a test host that crashes leaves what had passed until then, or nothing.
tally() {
    local run=$1 exit_code=$2 file=$results/$1.trx skipped name
    if [ ! -s "$file" ]; then
        fail "$run: no results (exit code $exit_code)"
        return
    fi
    local own_passed own_failed
    own_passed=$(counter "$file" passed)
    own_failed=$(($(counter "$file" failed) + $(counter "$file" error) + $(counter "$file" timeout) + $(counter "$file" aborted)))
    passed=$((passed + own_passed))
    failed=$((failed + own_failed))
    while IFS= read -r name; do
        [ -z "$name" ] || problems+=("$run: $name")
    done < <(names "$file" Failed)
    skipped=0
    while IFS= read -r name; do
        [ -z "$name" ] || { fail "$run: $name (skipped)"; skipped=$((skipped + 1)); }
    done < <(names "$file" NotExecuted)
    if [ $((own_passed + own_failed + skipped)) -eq 0 ]; then
        fail "$run: no tests"
    elif [ "$exit_code" -ne 0 ] && [ "$own_failed" -eq 0 ]; then
        fail "$run: the test host ended with exit code $exit_code"
    fi
}

# Runs the tests of a project, or those that a filter chooses; the name is of their results.
run_tests() {
    local project=$1 name=$2 filter=${3:-} exit_code=0
    echo "== $name"
    # Two cores: one run at a time. A test that hangs is ended, named and counted, and no dump is written.
    dotnet test "$project" --no-build --nologo --disable-build-servers --results-directory "$results" ${filter:+--filter "$filter"} \
        --logger "trx;LogFileName=$name.trx" --blame-hang --blame-hang-timeout 4min --blame-hang-dump-type none < /dev/null || exit_code=$?
    tally "$name" "$exit_code"
}

# One compiler for all projects is warm for the next; it ends with the build, and is nobody else's.
build() {
    local compiler=orchestrator-tests-$$ exit_code=0
    dotnet build "$root/Orchestrator.sln" -warnaserror -v minimal -nodeReuse:false -p:UseSharedCompilation=true -p:SharedCompilationId="$compiler" || exit_code=$?
    pkill -f -- "-pipename:$compiler" || true
    return "$exit_code"
}

# What the build does not see: it has the other rules of style.
is_formatted() {
    local check=("$root/Orchestrator.sln" --verify-no-changes --no-restore)
    dotnet format whitespace "${check[@]}" && dotnet format style "${check[@]}" --diagnostics IMPORTS IDE0003 IDE0065
}

rm -rf "$results"
mkdir -p "$results"
echo "== build"
if ! build; then
    fail "the build (its errors are above)"
    finish
fi
echo "== format"
is_formatted || fail "the format (./build.sh format repairs it)"
echo "== demo guest"
"$root/config/demo-guest/build-guest.sh" "$guest" || fail "the demo guest"
for project in "$root"/tests/*.Tests/*.csproj "$root"/bench/*.Tests/*.csproj; do
    name=$(basename "$project" .csproj)
    if [ "$name" = Orchestrator.EndToEnd.Tests ]; then
        run_tests "$project" "$name" "FullyQualifiedName!~$faults"
        run_tests "$project" "$name.Faults" "FullyQualifiedName~$faults"
    else
        run_tests "$project" "$name"
    fi
done
finish
