/* SPDX-License-Identifier: MIT */
/* A directory of a test's own, that stands for a host's root. */
#ifndef UNIT_TREE_H
#define UNIT_TREE_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tree {
	char root[32];
};

static inline void tree_make(struct tree *tree)
{
	strcpy(tree->root, "/tmp/tpconnect-tree-XXXXXX");
	assert_non_null(mkdtemp(tree->root));
}

/* Writes the file of that path, which begins with a slash, and makes the directories above it. */
static inline void tree_write(const struct tree *tree, const char *path, const void *bytes,
			      size_t size)
{
	char full[PATH_MAX];
	int fd;

	snprintf(full, sizeof(full), "%s%s", tree->root, path);
	for (char *slash = full + strlen(tree->root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = 0;
		assert_true(!mkdir(full, 0700) || errno == EEXIST);
		*slash = '/';
	}
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	close(fd);
}

static inline int tree_remove_one(const char *path, const struct stat *st, int type,
				  struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void tree_remove(const struct tree *tree)
{
	assert_int_equal(nftw(tree->root, tree_remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

#endif
