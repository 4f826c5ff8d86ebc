#!/bin/bash
# Builds the demo guest into OUTDIR: vmlinuz (Debian's cloud kernel) and initrd.img (busybox and the real qemu-ga).
# The second call returns at once while this folder and the installed packages are unchanged; remove OUTDIR for a newer kernel.
#
# Usage: build-guest.sh OUTDIR
set -euo pipefail

if [ $# -ne 1 ]; then
    echo "Usage: $0 OUTDIR" >&2
    exit 2
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=packages.sh
. "$here/packages.sh"

mkdir -p "$1"
out=$(cd "$1" && pwd)
# Test projects run side by side: one builds, the others wait here and find the result.
exec 9>"$out/.lock"
flock 9
require_guest_build_packages
command -v qemu-system-x86_64 > /dev/null || require_vm_packages

inputs=$(
    cd "$here"
    { sha256sum build-guest.sh rootfs/*; dpkg-query -W busybox-static qemu-guest-agent libc6; } | sha256sum | cut -d' ' -f1
)
if [ "$(cat "$out/.inputs" 2>/dev/null)" = "$inputs" ] && [ -s "$out/vmlinuz" ] && [ -s "$out/initrd.img" ]; then
    exit 0
fi

work=$(mktemp -d "$out/.build.XXXXXX")
trap 'rm -rf "$work"' EXIT

# Kernel: downloaded and unpacked, never installed.
kernel_package() {
    apt-cache depends linux-image-cloud-amd64 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)$/\1/p' | head -n 1
}
package=$(kernel_package)
if [ -z "$package" ] && [ "$(id -u)" -eq 0 ]; then
    apt-get update -qq >&2
    package=$(kernel_package)
fi
if [ -z "$package" ]; then
    echo "apt knows no linux-image-cloud-amd64. Run: sudo apt-get update (on Debian amd64, with the main archive enabled)" >&2
    exit 1
fi
mkdir "$work/kernel"
if ! (cd "$work/kernel" && apt-get download -qq -o APT::Sandbox::User=root "$package") >&2; then
    echo "Downloading $package failed (apt-get's reason is above). Run: sudo apt-get update, then this script again" >&2
    exit 1
fi
dpkg-deb -x "$work"/kernel/*.deb "$work/kernel"
modules=$(echo "$work"/kernel/lib/modules/*)

# Root: busybox, qemu-ga with its libraries, the scripts of rootfs/.
root=$work/root
mkdir -p "$root"/{bin,sbin,usr/sbin,etc/qemu/fsfreeze-hook.d,etc/acpi/PWRF,lib/modules,root}
cp /bin/busybox "$root/bin/busybox"
ln -s busybox "$root/bin/sh"
cp /usr/sbin/qemu-ga "$root/usr/sbin/qemu-ga"
for library in $(ldd /usr/sbin/qemu-ga | grep -o '/[^ ]*'); do
    install -D "$(readlink -f "$library")" "$root$library"
done
install -m 755 "$here/rootfs/init" "$root/init"
install -m 755 "$here/rootfs/agent-loop" "$root/usr/sbin/agent-loop"
install -m 755 "$here/rootfs/hostile-agent" "$root/usr/sbin/hostile-agent"
install -m 755 "$here/rootfs/shutdown-guest" "$root/sbin/shutdown-guest"
install -m 755 "$here/rootfs/chpasswd" "$root/usr/sbin/chpasswd"
install -m 755 "$here/rootfs/fsfreeze-hook" "$root/etc/qemu/fsfreeze-hook"
install -m 755 "$here/rootfs/power-button" "$root/etc/acpi/PWRF/00000080"
cp -L /etc/os-release "$root/etc/os-release"
echo 'root:x:0:0:root:/root:/bin/sh' > "$root/etc/passwd"
echo 'root:*:19000:0:99999:7:::' > "$root/etc/shadow"
echo 'root:x:0:' > "$root/etc/group"

# Modules, each after what it depends on.
add_module() {
    local name=${1//-/_} file dependency
    if grep -qx "$name" "$root/lib/modules/load-order" || grep -q "/${name//_/[-_]}\.ko$" "$modules/modules.builtin"; then
        return 0
    fi
    file=$(find "$modules" -name "${name//_/[-_]}.ko")
    if [ -z "$file" ]; then
        echo "$package has no module $name: look for its new name in $package's modules.order" >&2
        return 1
    fi
    for dependency in $(tr '\0' '\n' < "$file" | sed -n 's/^depends=//p' | tr ',' ' '); do
        add_module "$dependency"
    done
    cp "$file" "$root/lib/modules/$name.ko"
    echo "$name" >> "$root/lib/modules/load-order"
}
touch "$root/lib/modules/load-order"
for module in virtio_pci virtio_console virtio_blk virtio_net virtio_balloon ext4 button evdev pvpanic_mmio pvpanic_pci; do
    add_module "$module"
done

# Results appear whole, the stamp last.
(cd "$root" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) | gzip -n -9 > "$work/initrd.img"
mv "$work"/kernel/boot/vmlinuz-* "$out/vmlinuz"
mv "$work/initrd.img" "$out/initrd.img"
echo "$inputs" > "$out/.inputs"
echo "Built the demo guest in $out: kernel $package, initrd $(du -k "$out/initrd.img" | cut -f1) KiB" >&2
