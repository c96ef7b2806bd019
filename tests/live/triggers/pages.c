// SPDX-License-Identifier: MIT
/*
 * connect(2) whose address is in memory that is not there yet when the call begins: BPF cannot wait
 * for it, the kernel does. Usage: pages OUTCOME ADDR PORT; an outcome other than established and
 * ECONNREFUSED: nothing is sent, and each attempt has a port of its own, from PORT upwards, by
 * which its record is known.
 *   - a page of a file that was never touched, and one that was given back (MADV_DONTNEED)
 *   - the same with the address across two pages, of which either is missing
 *   - a page that another thread supplies while the call waits for it (userfaultfd)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "trigger.h"

static struct target target;
static int want;
static size_t page;

static void attempt(const void *addr)
{
	in_port_t *port = &((struct sockaddr_in *)&target.addr)->sin_port; /* of IPv6 as well */
	int fd = socket_for(&target, 0), err;

	err = connect(fd, addr, target.len) ? errno : 0;
	demand("connect", err, want);
	if (!err || err == ECONNREFUSED) {
		expect_result(fd, &target, err);
	} else {
		expect_not_sent(&target, err);
		*port = htons(ntohs(*port) + 1);
	}
	close(fd);
}

/* Two pages of a file with the address at an offset; nothing is in memory yet. */
static char *map_file(size_t offset)
{
	char path[] = "/tmp/tpconnect-pages-XXXXXX";
	int file = mkstemp(path);
	char *at;

	unlink(path);
	if (file < 0 || ftruncate(file, 2 * page) ||
	    pwrite(file, &target.addr, sizeof(target.addr), offset) != sizeof(target.addr))
		die("%s", path);
	at = mmap(NULL, 2 * page, PROT_READ, MAP_PRIVATE, file, 0);
	if (at == MAP_FAILED)
		die("mmap");
	/* A fault must bring one page, not its neighbours as well. */
	if (madvise(at, 2 * page, MADV_RANDOM))
		die("madvise");
	close(file);
	return at;
}

static void never_touched(size_t offset)
{
	attempt(map_file(offset) + offset);
}

/* which: 0 or 1, the page to be missing; -1: both. */
static void given_back(size_t offset, int which)
{
	char *at = map_file(offset);
	volatile char byte = at[0] + at[page];

	(void)byte;
	if (madvise(at + (which > 0 ? page : 0), which < 0 ? 2 * page : page, MADV_DONTNEED))
		die("MADV_DONTNEED");
	attempt(at + offset);
}

/* --- a page that comes late ------------------------------------------------------------------ */

static int faults;

static void *supply(void *arg)
{
	char *content = aligned_alloc(page, page);
	struct uffdio_copy copy = {.dst = (uintptr_t)arg, .src = (uintptr_t)content, .len = page};
	struct uffd_msg msg;

	memset(content, 0, page);
	memcpy(content, &target.addr, sizeof(target.addr));
	if (read(faults, &msg, sizeof(msg)) != sizeof(msg))
		die("userfaultfd");
	usleep(50000);
	if (ioctl(faults, UFFDIO_COPY, &copy))
		die("UFFDIO_COPY");
	return NULL;
}

static void comes_late(void)
{
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register range = {.mode = UFFDIO_REGISTER_MODE_MISSING};
	char *at = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_t thread;

	faults = syscall(SYS_userfaultfd, O_CLOEXEC);
	range.range.start = (uintptr_t)at;
	range.range.len = page;
	if (faults < 0 || ioctl(faults, UFFDIO_API, &api) || ioctl(faults, UFFDIO_REGISTER, &range))
		return; /* this kernel has none */
	if (pthread_create(&thread, NULL, supply, at))
		die("pthread_create");
	attempt(at);
	pthread_join(thread, NULL);
	close(faults);
	munmap(at, page);
}

/* --------------------------------------------------------------------------------------------- */

int main(int argc, char **argv)
{
	if (argc != 4)
		die("usage: pages OUTCOME ADDR PORT");
	want = errno_of(argv[1]);
	target = target_parse(argv[2], argv[3], false);
	page = sysconf(_SC_PAGESIZE);

	size_t across[] = {page - 2, page - 4, page - 6, page - 8, page - 12};

	never_touched(0);
	given_back(0, -1);
	for (size_t i = 0; i < sizeof(across) / sizeof(across[0]); i++) {
		never_touched(across[i]);
		given_back(across[i], 0);
		given_back(across[i], 1);
	}
	comes_late();
}
