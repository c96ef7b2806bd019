/* SPDX-License-Identifier: MIT */
/* What tells this host from others, and this boot of it from others. */
#ifndef UTIL_HOST_H
#define UTIL_HOST_H

/* systemd's machine-id(5): 32 hexadecimal digits; random(4): boot_id, a UUID; NUL included. */
#define HOST_ID_SIZE   33
#define HOST_NAME_SIZE 65 /* uname(2) */
#define BOOT_ID_SIZE   37

/* Each a text, empty where it is not known. */
struct host {
	char id[HOST_ID_SIZE];
	char name[HOST_NAME_SIZE]; /* any bytes */
	char boot_id[BOOT_ID_SIZE];
};

/*
 * Of what this process sees: in a container, the id is that of its own /etc/machine-id, the name
 * that of its UTS namespace; the boot id is the kernel's everywhere.
 */
struct host host_read(void);

/* Likewise from files of those places. */
struct host host_read_from(const char *machine_id, const char *boot_id);

#endif
