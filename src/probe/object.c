// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ZLIB_CONST /* it does not change its input */
#include <zlib.h>

#include "contract/interface.h"
#include "probe/object.h"
#include "util/cleanup.h"
#include "util/readable.h"

/* gzip's, of the object that the build has made: a quarter of its size. */
static const uint8_t builtin[] = {
#include "connect.bpf.inc"
};

/* RFC 1952: a member ends with the size of what was compressed, little-endian. */
static size_t builtin_size(void)
{
	const uint8_t *end = builtin + sizeof(builtin);

	return end[-4] | end[-3] << 8 | end[-2] << 16 | (size_t)end[-1] << 24;
}

static int builtin_expand(void *bytes, size_t size)
{
	z_stream stream = {
		.next_in = builtin,
		.avail_in = sizeof(builtin),
		.next_out = bytes,
		.avail_out = size,
	};
	int result = inflateInit2(&stream, MAX_WBITS + 16); /* gzip's format, not zlib's */

	if (result != Z_OK)
		return -ENOMEM;
	result = inflate(&stream, Z_FINISH);
	inflateEnd(&stream);
	return result == Z_STREAM_END ? 0 : -EBADMSG;
}

static int open_builtin(const struct bpf_object_open_opts *opts, struct bpf_object **ret)
{
	size_t size = builtin_size();
	_cleanup_free_ void *bytes = malloc(size);
	int err = bytes ? builtin_expand(bytes, size) : -ENOMEM;

	if (err)
		return err;
	*ret = bpf_object__open_mem(bytes, size, opts);
	return *ret ? 0 : -errno;
}

/* Copies the beginning of the object's struct config; returns whether it has that much. */
static bool read_config(const struct bpf_object *object, void *to, size_t n)
{
	struct bpf_map *rodata = bpf_object__find_map_by_name(object, ".rodata");
	size_t size = 0;
	const void *config = rodata ? bpf_map__initial_value(rodata, &size) : NULL;

	if (!config || size < n)
		return false;
	memcpy(to, config, n);
	return true;
}

/* The number that the object was built with, which its struct config begins with; 0: it has none.
 */
static uint32_t interface_of(const struct bpf_object *object)
{
	uint32_t interface = 0;

	read_config(object, &interface, sizeof(interface));
	return interface;
}

void object_keep(const struct bpf_object *object, struct config *config)
{
	struct config own;

	if (!read_config(object, &own, sizeof(own)))
		return;
	config->interface = own.interface;
	config->layout = own.layout;
	config->fault = own.fault;
	config->overflow_max = own.overflow_max;
}

int object_check_interface(const struct bpf_object *object, const char *path, struct error *error)
{
	uint32_t interface = interface_of(object);

	if (interface == INTERFACE)
		return 0;
	return error_set(error, -ENOEXEC,
			 "%s is not a tpconnect object of this version: its interface is %08x, "
			 "this program's %08x; scripts/build.sh makes both, build/connect.bpf.o "
			 "and build/tpconnect",
			 path ? path : "the built-in object", interface, INTERFACE);
}

int object_open(const char *path, const char *btf_path, struct bpf_object **ret,
		struct error *error)
{
	/* Maps have a prefix of this name: of both kinds of object the same. */
	LIBBPF_OPTS(bpf_object_open_opts, opts, .object_name = "connect",
		    .btf_custom_path = btf_path);
	const char *reason;
	int err;

	if (!path) {
		err = open_builtin(&opts, ret);
		if (err)
			return error_set(error, err, "cannot open the built-in BPF object: %s",
					 strerror(-err));
		return 0;
	}
	reason = unreadable_reason(path);
	if (reason)
		return error_set(error, -ENOEXEC, "cannot load %s: %s", path, reason);
	*ret = bpf_object__open_file(path, &opts);
	if (*ret)
		return 0;
	return error_set(error, -ENOEXEC,
			 "cannot load %s: it is not a BPF object file; scripts/build.sh makes one, "
			 "build/connect.bpf.o",
			 path);
}
