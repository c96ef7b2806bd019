/* SPDX-License-Identifier: MIT */
/* The BPF object: the one built in, or a file. */
#ifndef PROBE_OBJECT_H
#define PROBE_OBJECT_H

#include <bpf/libbpf.h>

#include "contract/config.h"
#include "util/error.h"

/*
 * Opens the object in the file of that path (NULL: the one built in), to be loaded with the BTF of
 * the file btf_path (NULL: the kernel's own). The caller closes *ret. Returns 0, or a negative
 * errno and a line in error.
 */
int object_open(const char *path, const char *btf_path, struct bpf_object **ret,
		struct error *error);

/*
 * Whether both sides were built from the same contract: an object of another layout could be loaded
 * and would be told, or tell, wrong things. path: as above. Returns 0, or -ENOEXEC and a line in
 * error.
 */
int object_check_interface(const struct bpf_object *object, const char *path, struct error *error);

/* Sets what of the config is the object's to say, not user space's: see struct config. */
void object_keep(const struct bpf_object *object, struct config *config);

#endif
