# Sourced by scripts that need Debian packages. Nothing here runs on its own.

# require_packages PACKAGE...
# Installs the packages that are missing when run as root; otherwise prints the one command that does it and returns 1.
require_packages() {
    local installed missing=() package
    installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' "$@" 2>/dev/null || true)"
    for package in "$@"; do
        case "$installed" in
            *" installed:$package "*) ;;
            *) missing+=("$package") ;;
        esac
    done
    if [ ${#missing[@]} -eq 0 ]; then
        return 0
    fi
    local install="apt-get update && apt-get install -y --no-install-recommends ${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        echo "Missing Debian packages: ${missing[*]}. Run: sudo sh -c '$install'" >&2
        return 1
    fi
    echo "Installing Debian packages: ${missing[*]}" >&2
    if ! { DEBIAN_FRONTEND=noninteractive apt-get update -qq \
        && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "${missing[@]}"; } >&2; then
        echo "Installing ${missing[*]} failed (apt-get's reason is above). Run: $install" >&2
        return 1
    fi
}

# What running a virtual machine or a bare peer needs: QEMU, qemu-storage-daemon (in qemu-system-common), qemu-ga.
vm_packages=(qemu-system-x86 qemu-system-common qemu-guest-agent)

# What building the guest and formatting its data disk needs.
guest_build_packages=(qemu-guest-agent busybox-static cpio gzip e2fsprogs)

require_vm_packages() {
    require_packages "${vm_packages[@]}"
}

require_guest_build_packages() {
    require_packages "${guest_build_packages[@]}"
}

# Everything for the demo at once, so that there is one command to run.
require_demo_packages() {
    require_packages "${vm_packages[@]}" "${guest_build_packages[@]}"
}

# Stock QMP clients, for the tests of the VMs' QMP endpoint.
client_packages=(socat golang-go golang-github-digitalocean-go-qemu-dev)

# The other store of jobs.
store_packages=(postgresql)

# The machines of a cluster, for its tests: network namespaces.
lab_packages=(iproute2)

# What holds the systemd unit against its rules, and runs the program under its filters (libseccomp2 comes with it).
unit_packages=(systemd python3)

# What ends the compiler of the tests' build.
build_packages=(procps)

# What the tests need: the demo's, what the benchmarks' peers are made with, stock clients, PostgreSQL, namespaces, systemd's own checks, and what the build itself uses.
require_test_packages() {
    require_packages "${vm_packages[@]}" "${guest_build_packages[@]}" "${client_packages[@]}" "${store_packages[@]}" "${lab_packages[@]}" "${unit_packages[@]}" "${build_packages[@]}" $(missing_peer_packages)
}

require_bench_packages() {
    require_packages "${vm_packages[@]}" $(missing_peer_packages)
}

# The benchmarks' peers are in C and Python; any compiler and interpreter will do.
missing_peer_packages() {
    command -v gcc > /dev/null || echo gcc libc6-dev
    command -v python3 > /dev/null || echo python3
}
