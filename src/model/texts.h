/* SPDX-License-Identifier: MIT */
/* Copies of images and cgroups, with the texts that they point to. */
#ifndef MODEL_TEXTS_H
#define MODEL_TEXTS_H

#include <stddef.h>

#include "model/cgroup.h"
#include "model/image.h"

/* Bytes of all its texts, NULs included. */
size_t image_texts_size(const struct image *image);
size_t cgroup_texts_size(const struct cgroup *cgroup);

/* texts: room for so many bytes. Returns what is behind them. */
char *image_copy(struct image *to, const struct image *from, char *texts);
char *cgroup_copy(struct cgroup *to, const struct cgroup *from, char *texts);

#endif
