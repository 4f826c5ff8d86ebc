#!/bin/bash
# Builds, tests, publishes and shows Orchestrator. Runs from any directory; needs Debian 12 (or a relative) and the .NET SDK.
#
# Usage: ./build.sh COMMAND
#   demo [--keep]        boots four real VMs and shows what there is to see; --keep leaves them running to play with
#   test                 builds, checks the format and runs every test; the last line is "N passed, N failed"
#   publish              puts the program into artifacts/orchestrator/orchestrator
#   bench NAME [ARG]...  runs a benchmark, such as: bench fleet --agents 100, bench single, bench hostile, bench events --quick, bench micro, bench soak, bench cli, or bench fuzz --coverage --minutes 60
#   format               formats the code as 'test' wants it
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
solution=$root/Orchestrator.sln
published=$root/artifacts/orchestrator
guest=$root/.cache/demo-guest
# No build server survives this script.
quiet_build=(-nodeReuse:false --disable-build-servers)

# shellcheck source=config/demo-guest/packages.sh
. "$root/config/demo-guest/packages.sh"

usage() {
    sed -n '/^# Usage/,/^[^#]/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
}

# The same words and the same results on every terminal and in CI.
set_environment() {
    export LC_ALL=C.UTF-8 DOTNET_CLI_UI_LANGUAGE=en DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
    export DOTNET_CLI_USE_MSBUILD_SERVER=0 DOTNET_SKIP_WORKLOAD_INTEGRITY_CHECK=1 MSBUILDTERMINALLOGGER=off
    export DOTNET_CLI_HOME=${DOTNET_CLI_HOME:-${HOME:-/tmp}}
}

require_dotnet() {
    if ! command -v dotnet > /dev/null; then
        echo "There is no dotnet. Install the .NET SDK 10: https://dotnet.microsoft.com/download/dotnet/10.0" >&2
        exit 1
    fi
    if ! dotnet --version > /dev/null 2>&1; then
        echo "None of the installed .NET SDKs is one that global.json asks for ($(dotnet --list-sdks | cut -d' ' -f1 | paste -sd' ')). Install the .NET SDK 10: https://dotnet.microsoft.com/download/dotnet/10.0" >&2
        exit 1
    fi
}

# Whether a source has changed since the program was published; a removed file changes its directory.
is_published() {
    [ -x "$published/orchestrator" ] && [ -e "$published/.stamp" ] || return 1
    local newer
    newer=$(find "$root"/Orchestrator.*/ "$root"/Directory.*.props "$root/global.json" \( -name bin -o -name obj \) -prune -o -newer "$published/.stamp" -print -quit)
    [ -z "$newer" ]
}

# Compiled ahead of time, the client starts in two thirds of the time. The compiler is a package of the registry; without it the program is only slower to start.
publish() {
    if is_published; then
        return 0
    fi
    local stamp ahead=(--use-current-runtime -p:SelfContained=false -p:PublishReadyToRun=true)
    stamp=$(mktemp)
    if ! dotnet restore "$root/Orchestrator.Host" -v quiet "${quiet_build[@]}" "${ahead[@]}"; then
        echo "No ahead-of-time compiler (the reason is above): publishing without" >&2
        ahead=()
    fi
    dotnet publish "$root/Orchestrator.Host" -c Release -o "$published" -v quiet "${quiet_build[@]}" "${ahead[@]}"
    touch -r "$stamp" "$published/.stamp"
    rm -f "$stamp"
}

command_publish() {
    require_dotnet
    publish
    echo "$published/orchestrator"
}

command_demo() {
    require_dotnet
    require_demo_packages
    echo "Building the program and the demo guest (the first time takes about a minute)" >&2
    # One waits for the network while the other computes.
    "$root/config/demo-guest/build-guest.sh" "$guest" &
    local guest_build=$!
    publish
    wait "$guest_build"
    exec "$root/config/demo-guest/demo.sh" "$@" "$published/orchestrator" "$guest"
}

command_test() {
    require_dotnet
    require_test_packages
    exec "$root/tests/run.sh" "$root" "$guest"
}

command_bench() {
    require_dotnet
    if [ $# -eq 0 ]; then
        echo "Which benchmark? ./build.sh bench fleet, single, hostile, events, scale, migrate, micro, soak, cli, or fuzz (bench/README.md)" >&2
        exit 2
    fi
    # Fuzzing reads no program and needs no peers; only fleet, single and hostile have peers that are others' programs.
    local program=()
    if [ "$1" != fuzz ]; then
        case "$1" in fleet | single | hostile) require_bench_packages ;; esac
        publish
        program=(--program "$published/orchestrator")
    elif [[ " $* " == *" --coverage "* ]]; then
        require_packages afl++
    fi
    dotnet build "$root/bench/Orchestrator.Bench" -c Release -v quiet "${quiet_build[@]}"
    exec dotnet "$root/bench/Orchestrator.Bench/bin/Release/net10.0/Orchestrator.Bench.dll" "$@" "${program[@]}"
}

command_format() {
    require_dotnet
    dotnet format "$solution"
}

main() {
    local command=${1:-}
    case "$command" in
        demo | test | publish | bench | format)
            shift
            set_environment
            # global.json counts where dotnet is called.
            cd "$root"
            "command_$command" "$@"
            ;;
        '' | -h | --help | help) usage ;;
        *)
            echo "There is no command '$command'" >&2
            usage >&2
            exit 2
            ;;
    esac
}

main "$@"
