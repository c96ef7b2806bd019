/* SPDX-License-Identifier: MIT */
/* Copies of images, cgroups and names by DNS, with the texts that they point to. */
#ifndef MODEL_TEXTS_H
#define MODEL_TEXTS_H

#include <stddef.h>

#include "model/cgroup.h"
#include "model/dns_names.h"
#include "model/image.h"

/* Bytes of all its texts, NULs included. */
size_t image_texts_size(const struct image *image);
size_t cgroup_texts_size(const struct cgroup *cgroup);
size_t dns_names_texts_size(const struct dns_names *names);

/* texts: room for so many bytes. Returns what is behind them. */
char *image_copy(struct image *to, const struct image *from, char *texts);
char *cgroup_copy(struct cgroup *to, const struct cgroup *from, char *texts);
char *dns_names_copy(struct dns_names *to, const struct dns_names *from, char *texts);

#endif
