// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>

#include <bpf/bpf.h>

#include "contract/config.h"
#include "probe/follow.h"
#include "util/cleanup.h"
#include "util/process.h"

static bool has_ended(uint32_t pid)
{
	uint32_t tgid;
	enum process_state state = process_find(pid, &tgid);

	return state == PROCESS_NONE || state == PROCESS_THREAD;
}

static int enter(int map_fd, const struct vector *pids, uint8_t verdict)
{
	const uint32_t *pid = pids->items;

	for (size_t i = 0; i < pids->n; i++) {
		if (bpf_map_update_elem(map_fd, &pid[i], &verdict, BPF_ANY))
			return -errno;
		/* Before it was entered; and another process may come to have its number. */
		if (has_ended(pid[i]))
			bpf_map_delete_elem(map_fd, &pid[i]);
	}
	return 0;
}

int follow_pids(int map_fd, const struct choice *pids)
{
	int err = enter(map_fd, &pids->named, KEY_WANTED);

	return err ? err : enter(map_fd, &pids->left_out, KEY_LEFT_OUT);
}

/* The kernel side misses the end of one if the kernel skips its program: then it is made up for. */
bool follow_any(int map_fd)
{
	uint32_t pid;

	while (!bpf_map_get_next_key(map_fd, NULL, &pid)) {
		if (!has_ended(pid))
			return true;
		bpf_map_delete_elem(map_fd, &pid);
	}
	return false;
}

/* All in one call: key by key, those that end meanwhile would have it begin anew. */
int follow_count(int map_fd)
{
	struct bpf_map_info info = {0};
	uint32_t size = sizeof(info), n, batch;
	_cleanup_free_ uint32_t *pids = NULL;
	_cleanup_free_ uint8_t *verdicts = NULL;
	int running = 0;

	if (bpf_obj_get_info_by_fd(map_fd, &info, &size))
		return -errno;
	n = info.max_entries;
	pids = calloc(n, sizeof(*pids));
	verdicts = calloc(n, sizeof(*verdicts));
	if (!pids || !verdicts)
		return -ENOMEM;
	/* ENOENT: that was the last of the map. */
	if (bpf_map_lookup_batch(map_fd, NULL, &batch, pids, verdicts, &n, NULL) && errno != ENOENT)
		return -errno;
	for (uint32_t i = 0; i < n; i++)
		running += !has_ended(pids[i]);
	return running;
}
