// SPDX-License-Identifier: MIT
#include "util/host.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

/*
 * The file's first line, if it is as long as wanted, and of such characters alone. An image without
 * an id yet has an empty file, or "uninitialized".
 */
static void read_id(const char *path, const char *characters, size_t size, char *ret)
{
	FILE *file = fopen(path, "re");
	char line[64] = "";

	if (!file)
		return;
	if (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		if (strlen(line) == size - 1 && strspn(line, characters) == size - 1)
			memcpy(ret, line, size);
	}
	fclose(file);
}

struct host host_read_from(const char *machine_id, const char *boot_id)
{
	struct host host = {0};
	struct utsname names;

	read_id(machine_id, "0123456789abcdef", sizeof(host.id), host.id);
	read_id(boot_id, "0123456789abcdef-", sizeof(host.boot_id), host.boot_id);
	if (!uname(&names))
		snprintf(host.name, sizeof(host.name), "%s", names.nodename);
	return host;
}

struct host host_read(void)
{
	return host_read_from("/etc/machine-id", "/proc/sys/kernel/random/boot_id");
}
