// SPDX-License-Identifier: MIT
/*
 * The libelf.a of elfutils 0.192, which Debian 13 has, calls two functions that are not in it:
 * https://sourceware.org/bugzilla/show_bug.cgi?id=32293. They keep a tree of what
 * elf_getdata_rawchunk() has read. libbpf never calls that, so the tree is always empty. This file
 * is part of static builds only, where the linker finds the two missing. They are weak, so that a
 * libelf.a that does contain them is used as it is.
 */
#include <stddef.h>

/* elfutils' lib/eu-search.h: behind the root there is a lock, which only the tree's users take. */
struct search_tree {
	void *root;
};

void eu_search_tree_init(struct search_tree *tree);
void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *));

__attribute__((weak)) void eu_search_tree_init(struct search_tree *tree)
{
	tree->root = NULL;
}

__attribute__((weak)) void eu_search_tree_fini(struct search_tree *tree, void (*free_node)(void *))
{
	(void)tree;
	(void)free_node;
}
