// A program of somebody who knows go-qemu and has never heard of Orchestrator. It is given a monitor's socket, asks QEMU and the guest side by side,
// resets the machine and waits for the guest to say that it is up again. Every line it prints is "NAME value"; the first thing that fails ends it.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/digitalocean/go-qemu/qemu"
	"github.com/digitalocean/go-qemu/qmp"
)

const patience = 3 * time.Minute

func main() {
	commands := connect(os.Args[1])
	defer commands.Disconnect()

	fmt.Println("greeting", commands.Version, commands.Capabilities)
	fmt.Println("query-status", run(commands, `{"execute":"query-status"}`))
	fmt.Println("guest-get-osinfo", run(commands, `{"execute":"guest-get-osinfo"}`))
	fmt.Println("refusal", refusal(commands, `{"execute":"guest-file-open","arguments":{"mode":"r"}}`))

	domain, err := qemu.NewDomain(connect(os.Args[1]), "stock")
	check(err)
	defer domain.Close()
	status, err := domain.Status()
	check(err)
	fmt.Println("status", status)
	version, err := domain.Version()
	check(err)
	fmt.Println("version", version)
	for _, command := range []string{"query-status", "guest-get-osinfo", "guest-view-file", "no-such-command"} {
		supported, err := domain.Supported(command)
		check(err)
		fmt.Println("supports", command, supported)
	}

	// One monitor for commands and one for events: answers of this library are overwritten by what comes after them.
	events, done, err := domain.Events()
	check(err)
	defer close(done)
	run(commands, `{"execute":"system_reset"}`)
	await(events, "RESET", "GUEST_STARTUP")
}

func connect(path string) *qmp.SocketMonitor {
	monitor, err := qmp.NewSocketMonitor("unix", path, 5*time.Second)
	check(err)
	check(monitor.Connect())
	return monitor
}

func run(monitor qmp.Monitor, command string) string {
	answer, err := monitor.Run([]byte(command))
	check(err)
	return string(answer)
}

func refusal(monitor qmp.Monitor, command string) error {
	if answer, err := monitor.Run([]byte(command)); err != nil {
		return err
	} else {
		return fmt.Errorf("no error but %s", answer)
	}
}

func await(events <-chan qmp.Event, names ...string) {
	deadline := time.After(patience)
	for _, name := range names {
		for {
			select {
			case event, open := <-events:
				if !open {
					check(fmt.Errorf("the monitor ended before %s", name))
				}
				if event.Event != name {
					continue
				}
				data, err := json.Marshal(event.Data)
				check(err)
				fmt.Println("event", event.Event, string(data))
			case <-deadline:
				check(fmt.Errorf("no %s in %s", name, patience))
			}
			break
		}
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
