// SPDX-License-Identifier: MIT
#include "commands/daemons.h"
#include "util/array.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define CONTAINERS(daemon) "-C " daemon ", or a container by --netns /proc/PID/ns/net"
#define UNITS		   "--cgroup system.slice/NAME.service"

/*
 * Only what hands its work to a daemon of this host whenever it does any. Not podman, bwrap and the
 * like, which start it themselves; and not kubectl, whose own connections are seen.
 */
static const struct daemon_client clients[] = {
	{"at", "atd", "--cgroup system.slice/atd.service"},
	{"batch", "atd", "--cgroup system.slice/atd.service"},
	{"busctl", "a service on D-Bus", UNITS},
	{"crictl", "containerd or crio", CONTAINERS("containerd,crio")},
	{"ctr", "containerd", CONTAINERS("containerd")},
	{"docker", "dockerd", CONTAINERS("dockerd,containerd")},
	{"docker-compose", "dockerd", CONTAINERS("dockerd,containerd")},
	{"incus", "incusd", CONTAINERS("incusd")},
	{"lp", "cupsd", "--cgroup system.slice/cups.service"},
	{"lpr", "cupsd", "--cgroup system.slice/cups.service"},
	{"lxc", "lxd", CONTAINERS("lxd")},
	{"machinectl", "systemd", "--cgroup machine.slice"},
	{"nerdctl", "containerd", CONTAINERS("containerd")},
	{"pkcon", "packagekitd", "--cgroup system.slice/packagekit.service"},
	{"podman-remote", "podman's service", CONTAINERS("podman")},
	{"service", "systemd", UNITS},
	{"snap", "snapd", "--cgroup system.slice/snapd.service"},
	{"systemctl", "systemd", UNITS},
	{"systemd-run", "systemd", UNITS},
	{"virsh", "libvirtd", "--cgroup machine.slice"},
};

/* They become the command whose name follows them. */
static const char *const wrappers[] = {"doas", "env", "nice", "nohup", "setsid", "sudo"};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_wrapper(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrappers); i++)
		if (!strcmp(base_name(word), wrappers[i]))
			return true;
	return false;
}

const struct daemon_client *daemon_client_of(char *const *argv)
{
	while (*argv && is_wrapper(*argv))
		for (argv++; *argv && (**argv == '-' || strchr(*argv, '=')); argv++)
			;
	for (size_t i = 0; *argv && i < ARRAY_SIZE(clients); i++)
		if (!strcmp(base_name(*argv), clients[i].name))
			return &clients[i];
	return NULL;
}
