#!/bin/bash
# Boots four demo guests, serves them, shows what Orchestrator does with a healthy and with a broken fleet, and cleans up. Called by ./build.sh demo.
#
# Usage: demo.sh [--keep] PROGRAM GUEST_DIR
#   --keep  leaves VMs and server running
set -euo pipefail

keep=''
[ "${1:-}" != --keep ] || { keep=yes; shift; }
if [ $# -ne 2 ]; then
    sed -n 's/^# \{0,1\}//; /^Usage/,/^  --keep/p' "${BASH_SOURCE[0]}" >&2
    exit 2
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$1
guest=$2
vms=(web1 web2 web3 db1)
boot_seconds=90
change_seconds=45
pids=()
declare -A vm_pids
watch_pid='' events_pid=''

# A unix socket's path has 107 bytes at most.
temporary=${TMPDIR:-/tmp}
[ ${#temporary} -le 60 ] || temporary=/tmp
directory=$(mktemp -d "$temporary/orchestrator-demo.XXXXXX")
export ORCHESTRATOR_SERVER=unix:$directory/api.sock

# Ends what this script started, by process id. A stopped process only dies once it goes on.
clean_up() {
    local exit_code=$? pid
    trap - EXIT INT TERM
    for pid in $watch_pid $events_pid; do
        kill "$pid" 2> /dev/null || true
    done
    if [ -z "$keep" ] || [ "$exit_code" -ne 0 ]; then
        for pid in "${pids[@]}"; do
            kill "$pid" 2> /dev/null || true
            kill -CONT "$pid" 2> /dev/null || true
        done
        wait
        rm -rf "$directory"
    fi
    exit "$exit_code"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    echo "demo: $1" >&2
    tail -n 5 "$directory/server.log" >&2 || true
    exit 1
}

say() {
    printf '\n%s\n' "$*"
}

# A word as one would type it.
typed() {
    if [[ $1 =~ ^[A-Za-z0-9_./:=@%+,-]+$ ]]; then
        printf ' %s' "$1"
    else
        printf " '%s'" "$1"
    fi
}

# show EXIT_CODE ARGUMENT...: types a command, runs it, and insists on its exit code: what the demo says must be what happened.
show() {
    local expected=$1 actual=0 argument
    shift
    printf '\n$ orchestrator'
    for argument in "$@"; do typed "$argument"; done
    printf '\n'
    "$program" "$@" || actual=$?
    [ "$actual" -eq 0 ] || echo "(exit code $actual)"
    [ "$actual" -eq "$expected" ] || fail "'orchestrator $*' ended with exit code $actual instead of $expected"
}

# await COUNT SECONDS SELECTOR: follows the fleet until so many VMs match. The watch shows each VM that matches, then and later.
await() {
    local count=$1 deadline=$((SECONDS + $2)) selector=$3 line name seen=' ' found=0
    exec {watch}< <(exec "$program" vm watch -t "$selector" -o ndjson 2> /dev/null)
    watch_pid=$!
    while [ "$found" -lt "$count" ]; do
        IFS= read -r -t $((deadline > SECONDS ? deadline - SECONDS : 1)) -u "$watch" line || fail "after $2 s only $found of $count VMs match '$selector'. Now:$(printf '\n ')$("$program" vm ls 2>&1)"
        [[ $line =~ \"name\":\"([^\"]*)\" ]] || continue
        name=${BASH_REMATCH[1]}
        case "$seen" in *" $name "*) continue ;; esac
        seen="$seen$name "
        found=$((found + 1))
    done
    kill "$watch_pid" 2> /dev/null || true
    watch_pid=''
    exec {watch}<&-
}

# start LOG COMMAND...: in a session of its own, so that Ctrl-C comes to this script alone and --keep outlives the terminal.
start() {
    local log=$1
    shift
    setsid "$@" < /dev/null > "$log" 2>&1 &
    pids+=($!)
}

boot() {
    local vm
    for vm in "${vms[@]}"; do
        start "$directory/$vm.log" "$here/boot-vm.sh" --guest "$guest" "$directory/vms" "$vm"
        vm_pids[$vm]=${pids[-1]}
    done
}

serve() {
    cat > "$directory/orchestrator.yaml" << CONFIGURATION
host: demo
listen: [unix:$directory/api.sock]
data: $directory/data
vm-dirs: [$directory/vms]
labels:
  web*: { role: web }
  db*: { role: database }
CONFIGURATION
    mkdir -p "$directory/vms"
    start_server
}

start_server() {
    rm -f "$directory/api.sock"
    start "$directory/server.log" "$program" serve --config "$directory/orchestrator.yaml"
    server_pid=${pids[-1]}
    until [ -S "$directory/api.sock" ]; do
        kill -0 "$server_pid" 2> /dev/null || fail "the server ended"
        sleep 0.1
    done
}

# The events from now on, into a file, as a second terminal would show them.
record_events() {
    "$program" event watch -q < /dev/null > "$directory/events" &
    events_pid=$!
}

# await_event NAME: until the recorded events have it.
await_event() {
    local deadline=$((SECONDS + change_seconds))
    until grep -q "$1" "$directory/events"; do
        [ "$SECONDS" -lt "$deadline" ] || fail "no event $1 within $change_seconds s"
        sleep 0.1
    done
}

healthy_fleet() {
    say "Four QEMU processes run, each with a QMP socket and a guest agent's socket in a directory of its own. One server holds all of them:"
    show 0 vm ls
    say "One command, asked of every guest's agent at the same time. It needs no network and no password in the guests. Equal answers fold into one:"
    show 0 ga --all guest-get-osinfo -o fold
    say "A program in every guest. Each answer has its own host name in it, so these do not fold:"
    show 0 run --all -- uname -a
    say "These do. A selector by label leaves the database out:"
    show 0 run -t l:role=web -- uname -sr
}

# A job that changes guests outlives the server.
killed_server() {
    local job deadline=$((SECONDS + change_seconds))
    say "A job that changes guests is on disk before anything is sent. This one begins a VM every two seconds:"
    printf "\n$ orchestrator run --all --rate 0.5 --async --sh 'echo ran >> /tmp/ran'\n"
    job=$("$program" run --all --rate 0.5 --async --sh 'echo ran >> /tmp/ran')
    echo "$job"
    until "$program" job get "$job" -o json -q | grep -q '"Succeeded": 1'; do
        [ "$SECONDS" -lt "$deadline" ] || fail "the job's first VM has no outcome"
    done
    say "After the first, the server is killed, and started anew:"
    printf '\n$ kill -9 %s\n' "$server_pid"
    kill -9 "$server_pid"
    wait "$server_pid" 2> /dev/null || true
    mapfile -t pids < <(printf '%s\n' "${pids[@]}" | grep -vx "$server_pid")
    start_server
    say "It goes on with the rest, and nothing runs twice:"
    show 0 job wait "$job"
    await "${#vms[@]}" "$change_seconds" 's:Running and s:agent=Ready'
    show 0 run --all -- cat /tmp/ran
}

break_fleet() {
    say "Now three things go wrong. In db1 the agent is stopped, by its own hand:"
    show 0 run -t db1 --sh 'touch /run/qga.hold; (sleep 0.3; killall qemu-ga) >/dev/null 2>&1 &'
    say "web2 is paused, and the process of web3 is stopped as a hung storage would stop it:"
    show 0 qmp -t web2 stop
    await_event GUEST_AGENT_LOST
    await 1 "$change_seconds" 's:Paused'
    await 1 "$change_seconds" 's:agent=Absent'
    printf '\n$ kill -STOP %s\n' "${vm_pids[web3]}"
    kill -STOP "${vm_pids[web3]}"
}

broken_fleet() {
    say "Every VM gets its own outcome. Nobody waits for the broken ones: only web3 uses up its time, because nothing was known of it yet. Exit code 6 says that one outcome is unknown:"
    show 6 ping --all --timeout 2s
    say "Now it is known, and the answer is immediate. Nothing was sent to any of the three (exit code 5: undelivered, and none worse):"
    show 5 run --all -- uname -sr
    show 0 vm ls
}

repair_fleet() {
    say "web2 and web3 go on:"
    printf '\n$ kill -CONT %s\n' "${vm_pids[web3]}"
    kill -CONT "${vm_pids[web3]}"
    show 0 qmp -t web2 cont
    await 3 "$change_seconds" 's:Running and s:agent=Ready'
    show 0 ping -t 'web*'
    await_event RESUME
    kill "$events_pid"
    events_pid=''
    say "The events of all that, from QEMU and of the guest namespace, in one order:"
    printf '\n$ orchestrator event watch\n'
    cat "$directory/events"
}

what_next() {
    if [ -z "$keep" ]; then
        say "That was it; VMs and server end now. To keep them and play: ./build.sh demo --keep"
        echo "To serve VMs of your own: $program serve --vm-dir DIR, with DIR/NAME/qmp.sock and DIR/NAME/qga.sock (README.md)"
        return
    fi
    say "VMs and server go on. To talk to them:"
    cat << NEXT

  export ORCHESTRATOR_SERVER=$ORCHESTRATOR_SERVER
  export PATH=${program%/*}:\$PATH
  orchestrator vm watch
  orchestrator run -t 'web*' -- cat /proc/uptime
  orchestrator ga -t web1 guest-network-get-interfaces -o yaml
  curl --unix-socket $directory/api.sock http://localhost/v1/vms

To stop everything:

  kill ${pids[*]}; rm -rf $directory
NEXT
}

echo "Booting ${#vms[@]} VMs in $directory" >&2
serve
boot
await "${#vms[@]}" "$boot_seconds" 's:Running and s:agent=Ready and f:os.id'
healthy_fleet
killed_server
record_events
break_fleet
broken_fleet
repair_fleet
what_next
