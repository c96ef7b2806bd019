// SPDX-License-Identifier: MIT
/*
 * nats_stream URL,... make STREAM SUBJECT REPLICAS MAX_MESSAGES DUPLICATES_S
 * nats_stream URL,... grow STREAM MAX_MESSAGES
 * nats_stream URL,... read STREAM FILE   all messages, one behind the other; prints how many
 * nats_stream URL,... leader STREAM      the name of the server that leads it
 *
 * A stream as docs/ship.md has it, and what is in it: message by message, and with patience, as a
 * stream without a leader gives nothing for some seconds. NATS_CREDS: a file of credentials, if
 * any.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nats/nats.h>

#define PATIENCE_S 40

static natsConnection *connection;
static jsCtx *js;

static void die(const char *what, natsStatus s)
{
	fprintf(stderr, "nats_stream: %s: %s (%s)\n", what, natsStatus_GetText(s),
		nats_GetLastError(NULL) ? nats_GetLastError(NULL) : "-");
	exit(1);
}

/* Each half a second, as long as patience lasts. */
#define PATIENTLY(what, call)                                                                      \
	do {                                                                                       \
		natsStatus s = NATS_ERR;                                                           \
                                                                                                   \
		for (int i = 0; i < 2 * PATIENCE_S && (s = (call)) != NATS_OK; i++)                \
			usleep(500000);                                                            \
		if (s != NATS_OK)                                                                  \
			die(what, s);                                                              \
	} while (0)

static void connect_to(const char *url)
{
	natsOptions *options = NULL;
	const char *servers[8];
	char *rest = strdup(url);
	int n = 0;

	while (n < 8 && (servers[n] = strtok_r(rest, ",", &rest)))
		n++;
	natsOptions_Create(&options);
	natsOptions_SetServers(options, servers, n);
	natsOptions_SetMaxReconnect(options, -1);
	natsOptions_SetReconnectWait(options, 250);
	if (getenv("NATS_CREDS"))
		natsOptions_SetUserCredentialsFromFiles(options, getenv("NATS_CREDS"), NULL);
	PATIENTLY("connect", natsConnection_Connect(&connection, options));
	if (natsConnection_JetStream(&js, connection, NULL) != NATS_OK)
		die("JetStream", NATS_ERR);
}

static void make(char **argv)
{
	const char *subjects[] = {argv[1]};
	jsStreamConfig config;
	jsStreamInfo *info = NULL;

	jsStreamConfig_Init(&config);
	config.Name = argv[0];
	config.Subjects = subjects;
	config.SubjectsLen = 1;
	config.Storage = js_FileStorage;
	config.Discard = js_DiscardNew;
	config.Replicas = atoi(argv[2]);
	config.MaxBytes = 100000000;
	config.MaxMsgs = atoll(argv[3]);
	config.Duplicates = atoll(argv[4]) * 1000000000;
	PATIENTLY("make", js_AddStream(&info, js, &config, NULL, NULL));
}

static void grow(const char *stream, int64_t max_messages)
{
	jsStreamInfo *info = NULL;

	PATIENTLY("info", js_GetStreamInfo(&info, js, stream, NULL, NULL));
	info->Config->MaxMsgs = max_messages;
	PATIENTLY("grow", js_UpdateStream(NULL, js, info->Config, NULL, NULL));
}

static jsStreamInfo *info_of(const char *stream)
{
	jsStreamInfo *info = NULL;

	PATIENTLY("info", js_GetStreamInfo(&info, js, stream, NULL, NULL));
	return info;
}

static void read_all(const char *stream, const char *path)
{
	jsStreamInfo *info = info_of(stream);
	FILE *file = fopen(path, "w");

	for (uint64_t seq = info->State.FirstSeq; seq && seq <= info->State.LastSeq; seq++) {
		natsMsg *message = NULL;

		PATIENTLY("read", js_GetMsg(&message, js, stream, seq, NULL, NULL));
		fwrite(natsMsg_GetData(message), 1, (size_t)natsMsg_GetDataLength(message), file);
		natsMsg_Destroy(message);
	}
	if (!file || fclose(file))
		die(path, NATS_ERR);
	printf("%" PRIu64 "\n", info->State.Msgs);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	connect_to(argv[1]);
	if (!strcmp(argv[2], "make") && argc == 8) {
		make(argv + 3);
	} else if (!strcmp(argv[2], "read") && argc == 5) {
		read_all(argv[3], argv[4]);
	} else if (!strcmp(argv[2], "grow") && argc == 5) {
		grow(argv[3], atoll(argv[4]));
	} else if (!strcmp(argv[2], "leader")) {
		jsStreamInfo *info = info_of(argv[3]);

		puts(info->Cluster && info->Cluster->Leader ? info->Cluster->Leader : "");
	} else {
		return 2;
	}
	return 0;
}
