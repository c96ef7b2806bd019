// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sink/file.h"
#include "sink/sink.h"
#include "util/array.h"

/* O_NONBLOCK: to open a FIFO that nobody reads, or to write to a full one, must not wait. */
#define FLAGS (O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

#define MODE 0600

/* Those of sink_strerror() that are no errnos. */
static const char *const refusals[] = {
	[FILE_IS_LINK - FILE_IS_LINK] =
		"it is a symbolic link, which is not followed; name the file that it leads to",
	[FILE_IS_STDOUT - FILE_IS_LINK] = "it is a link to standard output; leave -w out",
	[FILE_IS_STDERR - FILE_IS_LINK] =
		"it is a link to standard error, where messages go; leave -w out, and redirect "
		"standard output",
	[FILE_HAS_NAMES - FILE_IS_LINK] =
		"it has further names (hard links); remove it, or name another file",
	[FILE_OF_OTHER - FILE_IS_LINK] =
		"it belongs to another user; remove it, or name another file",
	[FILE_OPENER_GONE - FILE_IS_LINK] =
		"the process that had the right to open it has ended; start tpconnect again",
};

const char *sink_strerror(int err)
{
	if (err == -EBADF)
		return "it is closed, or open for reading only; redirect it";
	return -err < FILE_IS_LINK ? strerror(-err) : refusals[-err - FILE_IS_LINK];
}

/*
 * Exactly this mode: all that a umask could do is to take rights of the owner's away. They are
 * given back, as another thread may be making a file meanwhile, and the umask is the whole
 * process's.
 */
static int make(const char *path)
{
	int fd = open(path, FLAGS | O_CREAT | O_EXCL, MODE);
	struct stat st;

	if (fd < 0)
		return -errno;
	/* Where modes are made up, what cannot be changed is no harm: the file is open. */
	if (!fstat(fd, &st) && (st.st_mode & 07777) != MODE)
		(void)!fchmod(fd, MODE);
	return fd;
}

int file_descriptor_in(const char *path)
{
	static const char *const places[] = {"/dev/fd/", "/proc/self/fd/"};

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const char *number = path + strlen(places[i]);

		if (!strncmp(path, places[i], strlen(places[i])) && *number &&
		    strlen(number) <= strlen("65535") && !number[strspn(number, "0123456789")])
			return atoi(number);
	}
	return -1;
}

/* The names of what this process has open are links to follow, but for these. */
static int refuse_standard(const char *path, int descriptor)
{
	if (descriptor == STDOUT_FILENO || !strcmp(path, "/dev/stdout"))
		return -FILE_IS_STDOUT;
	if (descriptor == STDERR_FILENO || !strcmp(path, "/dev/stderr"))
		return -FILE_IS_STDERR;
	return 0;
}

/*
 * The kernel refuses some files without saying what is wrong: links with an errno that a chain of
 * them has as well, and what others have put into a directory that is everybody's (fs.protected_*).
 */
static int explain(const char *path, int err)
{
	struct stat st;

	if ((err != -ELOOP && err != -EACCES) || lstat(path, &st))
		return err;
	if (S_ISLNK(st.st_mode))
		return -FILE_IS_LINK;
	if (err == -EACCES && st.st_uid != geteuid() &&
	    (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode)))
		return -FILE_OF_OTHER;
	return err;
}

/* Whether a file of before is one that we may write to. */
static int inspect(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return 0;
	if (st.st_uid != geteuid())
		return -FILE_OF_OTHER;
	return st.st_nlink > 1 ? -FILE_HAS_NAMES : 0;
}

static int open_present(const char *path, int descriptor)
{
	int fd =
		descriptor < 0 ? open(path, FLAGS | O_CREAT | O_NOFOLLOW, MODE) : open(path, FLAGS);
	int err;

	if (fd < 0)
		return explain(path, -errno);
	err = inspect(fd);
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

int file_open(const char *path)
{
	int descriptor = file_descriptor_in(path);
	int err = refuse_standard(path, descriptor), fd;

	if (err)
		return err;
	fd = descriptor < 0 ? make(path) : -EEXIST;
	return fd == -EEXIST ? open_present(path, descriptor) : fd;
}

bool file_is_same(int a, int b)
{
	struct stat of_a, of_b;

	return !fstat(a, &of_a) && !fstat(b, &of_b) && of_a.st_dev == of_b.st_dev &&
	       of_a.st_ino == of_b.st_ino;
}
