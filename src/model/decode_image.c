// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>

#include "model/decode.h"
#include "model/record.h"

/* Each of five texts gets a slash and a NUL at most. */
_Static_assert(TEXTS_MAX >= RECORD_SIZE_MAX - sizeof(struct process_record) + 2 * PROCESS_TEXTS,
	       "raise TEXTS_MAX");

#define EXE_FLAGS  (PROCESS_EXE_DELETED | PROCESS_EXE_MEMFD | PROCESS_EXE_CUT)
#define CWD_FLAGS  (PROCESS_CWD_DELETED | PROCESS_CWD_CUT)
#define ARGS_FLAGS (PROCESS_ARGS_EXEC | PROCESS_ARGS_CUT)

/* Where the texts of a record are, and where those of the image go. */
struct texts {
	const char *from[PROCESS_TEXTS];
	const __u16 *sizes;
	char *to;
};

/* What belongs to a flag is there only with it. */
static bool only_with(const struct process_record *r, __u32 has, __u32 flags,
		      enum process_text text)
{
	return r->flags & has || (!(r->flags & flags) && !r->sizes[text]);
}

static bool args_valid(const struct process_record *r)
{
	__u32 size = r->sizes[TEXT_ARGS];

	if (!(r->flags & PROCESS_HAS_ARGS))
		return true;
	return size <= ARGS_MAX &&
	       (r->flags & PROCESS_ARGS_CUT ? r->args_size > size : r->args_size == size);
}

static bool ancestors_valid(const struct process_record *r)
{
	if (r->n_ancestors > ANCESTORS_MAX)
		return false;
	for (unsigned int i = 0; i < r->n_ancestors; i++)
		if (!memchr(r->ancestors[i].comm, '\0', COMM_LEN))
			return false;
	return true;
}

static bool record_valid(const struct process_record *r)
{
	const __u32 whose = PROCESS_EXE_MEMFD | PROCESS_EXE_CUT;

	if (!r->pid || r->flags & ~PROCESS_FLAGS_ALL || (r->flags & whose) == whose)
		return false;
	return only_with(r, PROCESS_HAS_EXE, EXE_FLAGS, TEXT_EXE) &&
	       only_with(r, PROCESS_HAS_CWD, CWD_FLAGS, TEXT_CWD) &&
	       only_with(r, PROCESS_HAS_ARGS, ARGS_FLAGS, TEXT_ARGS) && args_valid(r) &&
	       ancestors_valid(r);
}

static int read_record(const void *data, size_t size, struct process_record *ret)
{
	size_t all = sizeof(*ret);
	int err = record_read(data, size, EVENT_PROCESS, ret, sizeof(*ret));

	if (err)
		return err;
	for (int text = 0; text < PROCESS_TEXTS; text++)
		all += ret->sizes[text];
	if (all != size)
		return -EMSGSIZE;
	return record_valid(ret) ? 0 : -EBADMSG;
}

static struct texts texts_of(const struct process_record *record, const char *from, char *to)
{
	struct texts texts = {.sizes = record->sizes, .to = to};

	for (int text = 0; text < PROCESS_TEXTS; text++) {
		texts.from[text] = from;
		from += record->sizes[text];
	}
	return texts;
}

/* A text that nothing is in says nothing. Returns whether it is well-formed. */
static bool take_path(struct texts *texts, enum process_text text, bool whole, const char **ret)
{
	char *path = texts->to;
	char *end = record_path(path, texts->from[text], texts->sizes[text], PATH_DEPTH_MAX, whole);

	if (!end)
		return false;
	if (*path)
		*ret = path;
	texts->to = end;
	return true;
}

static bool take_word(struct texts *texts, enum process_text text, const char **ret)
{
	const char *word = texts->from[text];
	size_t size = texts->sizes[text];

	if (!size)
		return true;
	if (memchr(word, '\0', size) != word + size - 1)
		return false;
	if (size > 1)
		*ret = texts->to;
	texts->to = mempcpy(texts->to, word, size);
	return true;
}

/* An empty name is one, too: it says that there is no other executable. */
static bool take_memfd(struct texts *texts, const char **ret)
{
	*ret = texts->to;
	*texts->to = '\0';
	if (!texts->sizes[TEXT_EXE])
		texts->to++;
	return take_word(texts, TEXT_EXE, ret);
}

static bool take_exe(struct image *image, const struct process_record *r, struct texts *texts)
{
	if (!(r->flags & PROCESS_HAS_EXE))
		return true;
	if (r->exe_inode) {
		image->has |= IMAGE_HAS_EXE_FILE;
		image->exe_inode = r->exe_inode;
		image->exe_major = r->exe_device >> 20;
		image->exe_minor = r->exe_device & 0xfffff;
	}
	if (r->flags & PROCESS_EXE_MEMFD)
		return take_memfd(texts, &image->memfd);
	image->exe_deleted = r->flags & PROCESS_EXE_DELETED;
	if (r->flags & PROCESS_EXE_CUT)
		return take_path(texts, TEXT_EXE, false, &image->exe_tail);
	return take_path(texts, TEXT_EXE, true, &image->exe);
}

/* A directory that was removed has no path any more. */
static bool take_cwd(struct image *image, const struct process_record *r, struct texts *texts)
{
	const char *end;

	if (!(r->flags & PROCESS_HAS_CWD))
		return true;
	if (r->flags & (PROCESS_CWD_CUT | PROCESS_CWD_DELETED))
		return take_path(texts, TEXT_CWD, false, &end);
	return take_path(texts, TEXT_CWD, true, &image->cwd);
}

static void take_args(struct image *image, const struct process_record *r, struct texts *texts)
{
	if (!(r->flags & PROCESS_HAS_ARGS))
		return;
	image->has |= IMAGE_HAS_ARGS;
	image->args = texts->to;
	image->args_size = texts->sizes[TEXT_ARGS];
	image->args_exec = r->flags & PROCESS_ARGS_EXEC;
	image->args_cut = r->flags & PROCESS_ARGS_CUT;
	texts->to = mempcpy(texts->to, texts->from[TEXT_ARGS], image->args_size);
}

static uint32_t take_id(struct image *image, __u32 id, enum image_has has)
{
	if (id == PROCESS_ID_UNSET)
		return 0;
	image->has |= has;
	return id;
}

static void take_ids(struct image *image, const struct process_record *r)
{
	image->real_uid = take_id(image, r->ruid, IMAGE_HAS_REAL_UID);
	image->login_uid = take_id(image, r->login_uid, IMAGE_HAS_LOGIN_UID);
	image->session_id = take_id(image, r->session_id, IMAGE_HAS_SESSION_ID);
}

static void take_ancestors(struct image *image, const struct process_record *r)
{
	image->n_ancestors = r->n_ancestors;
	for (unsigned int i = 0; i < r->n_ancestors; i++) {
		image->ancestors[i].start_ns = r->ancestors[i].start_ns;
		image->ancestors[i].pid = r->ancestors[i].pid;
		memcpy(image->ancestors[i].comm, r->ancestors[i].comm, COMM_LEN);
	}
}

int image_decode(const void *data, size_t size, char *texts, struct image *ret)
{
	struct process_record record;
	struct image image = {0};
	struct texts from;
	int err = read_record(data, size, &record);

	if (err)
		return err;
	image.key = (struct image_key){record.start_ns, record.pid, record.exec_id};
	from = texts_of(&record, (const char *)data + sizeof(record), texts);
	if (!take_exe(&image, &record, &from) || !take_cwd(&image, &record, &from) ||
	    !take_word(&from, TEXT_HOSTNAME, &image.hostname) ||
	    !take_word(&from, TEXT_SCRIPT, &image.script))
		return -EBADMSG;
	take_args(&image, &record, &from);
	take_ids(&image, &record);
	take_ancestors(&image, &record);
	*ret = image;
	return 0;
}
