#!/bin/bash
# Boots one demo guest under TCG. VM_DIR/NAME/ gets qmp.sock, qga.sock, console.log and uuid (kept over restarts).
# In the foreground this process becomes QEMU, so the caller's child is the VM.
#
# Usage: boot-vm.sh [option]... VM_DIR NAME [-- QEMU_ARGUMENT...]
#   --guest DIR      where build-guest.sh put vmlinuz and initrd.img (default: .cache/demo-guest of the repository; built when missing)
#   --uuid UUID      identity of the VM (default: the one in VM_DIR/NAME/uuid, else a new one)
#   --memory MIB     guest memory in MiB, at least 96 (default: 128)
#   --disk FILE      data disk, mounted at /mnt/data; created as 16 MiB of ext4 when FILE does not exist
#   --append TEXT    more kernel arguments, such as orchestrator.noshutdown
#   --agent CHARDEV  the agent's channel, as QEMU's -chardev has it, without an id (default: a Unix socket, VM_DIR/NAME/qga.sock)
#   --no-port-id     an agent port without id=: QEMU then sends no VSERPORT_CHANGE
#   --daemonize      return once the sockets listen; the process id is in VM_DIR/NAME/qemu.pid
set -euo pipefail

usage() {
    sed -n 's/^# \{0,1\}//; /^Usage/,/^  --daemonize/p' "${BASH_SOURCE[0]}" >&2
    exit 2
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
guest='' uuid='' memory=128 disk='' append='' agent='' port_id='id=agent0,' daemonize=''
positional=()
while [ $# -gt 0 ]; do
    case "$1" in
        --guest | --uuid | --memory | --disk | --append | --agent)
            [ $# -ge 2 ] || usage
            printf -v "${1#--}" '%s' "$2"
            shift 2
            ;;
        --no-port-id) port_id='' && shift ;;
        --daemonize) daemonize=yes && shift ;;
        --) shift && break ;;
        -*) usage ;;
        *) positional+=("$1") && shift ;;
    esac
done
[ ${#positional[@]} -eq 2 ] || usage
name=${positional[1]}
directory=${positional[0]}/$name

if [ ${#directory} -gt 98 ]; then
    echo "$directory/qmp.sock is too long for a unix socket (107 bytes): choose a shorter VM_DIR" >&2
    exit 1
fi
# shellcheck source=packages.sh
. "$here/packages.sh"
command -v qemu-system-x86_64 > /dev/null || require_vm_packages
if [ -z "$guest" ]; then
    guest=$here/../../.cache/demo-guest
    "$here/build-guest.sh" "$guest"
fi

mkdir -p "$directory"
if [ -z "$uuid" ]; then
    uuid=$(cat "$directory/uuid" 2>/dev/null || cat /proc/sys/kernel/random/uuid)
fi
echo "$uuid" > "$directory/uuid"

# QEMU before 9.0 loses writes of a guest under TCG that is migrated in three passes or more, which may break anything in it, the agent first: dirty pages
# are looked for 64 at a time without the processor being told (mended by QEMU's commit 03bfc2188f). Not where the memory is no whole number of 256 KiB.
arguments=(
    -name "$name" -uuid "$uuid" -no-user-config -nodefaults -display none
    # Parts that a headless guest never uses cost boot time. 32 MiB of translated code are enough for this kernel.
    -machine q35,smm=off,vmport=off,hpet=off,sata=off,smbus=off -accel tcg,tb-size=32 -m "size=$((memory * 1024 + 8))K"
    -kernel "$guest/vmlinuz" -initrd "$guest/initrd.img"
    -append "console=ttyS0 quiet nokaslr mitigations=off tsc=reliable no_timer_check cryptomgr.notests orchestrator.hostname=$name $append"
    -serial "file:$directory/console.log"
    -qmp "unix:$directory/qmp.sock,server=on,wait=off"
    -chardev "${agent:-socket,path=$directory/qga.sock,server=on,wait=off},id=qga0"
    -device virtio-serial-pci,id=serial0
    -device "virtserialport,${port_id}bus=serial0.0,chardev=qga0,name=org.qemu.guest_agent.0"
)
if [ -n "$disk" ]; then
    if [ ! -e "$disk" ]; then
        require_packages e2fsprogs
        mke2fs -q -t ext4 -F "$disk" 16M
    fi
    arguments+=(-drive "file=$disk,format=raw,if=none,id=data,discard=unmap" -device virtio-blk-pci,drive=data,id=data0,serial=data)
fi
if [ -n "$daemonize" ]; then
    arguments+=(-daemonize -pidfile "$directory/qemu.pid")
fi

rm -f "$directory/qmp.sock" "$directory/qga.sock"
exec qemu-system-x86_64 "${arguments[@]}" "$@"
