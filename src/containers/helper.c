// SPDX-License-Identifier: MIT
#include "containers/helper.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/socket.h>

#include "confine/capabilities.h"
#include "containers/find.h"

/* Returns false when the other end is closed. */
static bool answer(int fd, const char *root)
{
	struct container_question question;
	struct container_answer answer;
	ssize_t n = recv(fd, &question, sizeof(question), 0);

	if (n < 0)
		return errno == EINTR;
	if (n != (ssize_t)sizeof(question) || !container_question_is_valid(&question))
		return n;
	answer.key = question.key;
	container_find(root, &question, &answer.names);
	while ((n = send(fd, &answer, sizeof(answer), MSG_NOSIGNAL)) < 0 && errno == EINTR)
		;
	return n > 0;
}

/*
 * It reads what others wrote, and needs no right but to do so. As root it may still do what files
 * of root's own allow.
 */
void helper_run(int fd, void *root)
{
	if (capabilities_keep(CAPABILITY(CAP_DAC_READ_SEARCH)) || no_new_privileges())
		return;
	while (answer(fd, root))
		;
}
