// SPDX-License-Identifier: MIT
#include "commands/metrics_process.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "util/clock.h"

void process_files_open(struct process_files *files)
{
	*files = (struct process_files){
		.statm_fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC),
		.fds = opendir("/proc/self/fd"),
		.start_ns = clock_now_ns(CLOCK_REALTIME),
	};
}

void process_files_close(struct process_files *files)
{
	if (files->statm_fd >= 0)
		close(files->statm_fd);
	if (files->fds)
		closedir(files->fds);
}

/* Pages, the whole and what is resident: proc(5). */
static void read_memory(int fd, struct metrics_process *ret)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), whole, resident;
	char text[128];
	ssize_t n = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return;
	text[n] = '\0';
	if (sscanf(text, "%" SCNu64 " %" SCNu64, &whole, &resident) != 2)
		return;
	ret->virtual = whole * page;
	ret->resident = resident * page;
}

static uint64_t count_descriptors(DIR *fds)
{
	const struct dirent *entry;
	uint64_t n = 0;

	if (!fds)
		return 0;
	rewinddir(fds);
	while ((entry = readdir(fds)))
		n += entry->d_name[0] != '.';
	return n;
}

void process_files_read(const struct process_files *files, struct metrics_process *ret)
{
	struct rlimit limit;

	*ret = (struct metrics_process){
		.cpu_ns = clock_now_ns(CLOCK_PROCESS_CPUTIME_ID),
		.start_ns = files->start_ns,
		.open_fds = count_descriptors(files->fds),
	};
	read_memory(files->statm_fd, ret);
	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur != RLIM_INFINITY)
		ret->max_fds = limit.rlim_cur;
}
