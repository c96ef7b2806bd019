// SPDX-License-Identifier: MIT
#include "ship/nats_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ship/file.h"
#include "ship/nats_answer.h"
#include "ship/secret.h"
#include "ship/url.h"

/* A connection that takes nothing for so long is given up: nothing else notices a silent cut. */
#define WRITE_MS 2000

#define CONNECT_MS  2000
#define PING_MS	    5000
#define SERVER_SIZE 300

/* Two lines of some 60 characters. */
#define NKEY_FILE_MAX 4096

/* A seed and its public key, as `nk -gen user -pubout` writes both. */
struct nkey {
	char seed[128], public[128];
};

static int read_nkey(const char *path, struct nkey *ret, struct error *error)
{
	char *text, *rest, *line;
	size_t size;
	int err = secret_check("--nkey", path, error);

	if (err)
		return err;
	err = file_read(path, NKEY_FILE_MAX, &text, &size);
	if (err)
		return error_set(error, err, "--nkey: cannot read %s: %s", path, strerror(-err));
	*ret = (struct nkey){0};
	for (rest = text; (line = strtok_r(rest, "\r\n", &rest));) {
		if (*line == 'S')
			snprintf(ret->seed, sizeof(ret->seed), "%s", line);
		else if (*line == 'U')
			snprintf(ret->public, sizeof(ret->public), "%s", line);
	}
	explicit_bzero(text, size);
	free(text);
	if (!*ret->seed || !*ret->public)
		err = error_set(
			error, -EINVAL,
			"--nkey: %s must have the seed (SU...) and the public key (U...), a "
			"line each, as nk -gen user -pubout writes them",
			path);
	return err;
}

/* The file is read each time: it may have been renewed. */
static natsStatus on_nonce(char **ret_error, unsigned char **ret_signature, int *ret_size,
			   const char *nonce, void *ctx)
{
	const struct output_target *target = ctx;
	struct error error;
	struct nkey nkey;
	natsStatus status;

	if (read_nkey(target->nkey_file, &nkey, &error)) {
		*ret_error = strdup(error.text);
		return NATS_ERR;
	}
	status = nats_Sign(nkey.seed, nonce, ret_signature, ret_size);
	explicit_bzero(&nkey, sizeof(nkey));
	return status;
}

/* Each host of the URL as a server of its own: no path. */
static natsStatus set_servers(natsOptions *options, const char *url)
{
	char servers[URL_PORTS_MAX][SERVER_SIZE];
	const char *names[URL_PORTS_MAX];
	const char *at = strstr(url, "://") + 3, *end = at + strcspn(at, "/?#");
	int n = 0;

	while (at < end && n < URL_PORTS_MAX) {
		size_t len = strcspn(at, ",/?#");

		snprintf(servers[n], SERVER_SIZE, "nats://%.*s", (int)len, at);
		names[n] = servers[n];
		n++;
		at += len + (at[len] == ',');
	}
	return natsOptions_SetServers(options, names, n);
}

static natsStatus set_tls(natsOptions *options, const struct output_target *target)
{
	bool secure = !strncasecmp(target->url, "tls:", strlen("tls:")) || target->ca_file ||
		      target->cert_file;
	natsStatus s = NATS_OK;

	if (secure)
		s = natsOptions_SetSecure(options, true);
	if (s == NATS_OK && target->ca_file)
		s = natsOptions_LoadCATrustedCertificates(options, target->ca_file);
	if (s == NATS_OK && target->cert_file)
		s = natsOptions_LoadCertificatesChain(options, target->cert_file, target->key_file);
	return s;
}

static natsStatus set_user(const struct output_target *target, natsOptions *options)
{
	struct error error;
	struct nkey nkey;
	natsStatus s = NATS_OK;

	if (target->creds_file)
		s = natsOptions_SetUserCredentialsFromFiles(options, target->creds_file, NULL);
	if (s == NATS_OK && target->nkey_file && !read_nkey(target->nkey_file, &nkey, &error)) {
		s = natsOptions_SetNKey(options, nkey.public, on_nonce, (void *)target);
		explicit_bzero(&nkey, sizeof(nkey));
	}
	return s;
}

static natsStatus set_times(natsOptions *options)
{
	natsStatus s = natsOptions_SetWriteDeadline(options, WRITE_MS);

	if (s == NATS_OK)
		s = natsOptions_SetTimeout(options, CONNECT_MS);
	if (s == NATS_OK)
		s = natsOptions_SetMaxReconnect(options, -1);
	if (s == NATS_OK)
		s = natsOptions_SetReconnectWait(options, NATS_RECONNECT_MS);
	if (s == NATS_OK)
		s = natsOptions_SetPingInterval(options, PING_MS);
	if (s == NATS_OK)
		s = natsOptions_SetMaxPingsOut(options, 2);
	/* Landlock leaves the ports of the URL alone. */
	if (s == NATS_OK)
		s = natsOptions_SetIgnoreDiscoveredServers(options, true);
	if (s == NATS_OK)
		s = natsOptions_SetSendAsap(options, true);
	return s;
}

natsStatus nats_options_new(const struct output_target *target, natsOptions **ret)
{
	natsOptions *options = NULL;
	natsStatus s = natsOptions_Create(&options);

	if (s == NATS_OK)
		s = set_servers(options, target->url);
	if (s == NATS_OK)
		s = natsOptions_SetName(options, "tpconnect-ship/" VERSION);
	if (s == NATS_OK)
		s = set_tls(options, target);
	if (s == NATS_OK)
		s = set_user(target, options);
	if (s == NATS_OK)
		s = set_times(options);
	if (s == NATS_OK)
		*ret = options;
	else
		natsOptions_Destroy(options);
	return s;
}

int nats_target_check(const struct output_target *target, struct error *error)
{
	struct nkey nkey;
	int err = nats_subject_check(target->url, error);

	if (!err)
		err = secret_check("--ca", target->ca_file, error);
	if (!err)
		err = secret_check("--cert", target->cert_file, error);
	if (!err)
		err = secret_check("--key", target->key_file, error);
	if (!err)
		err = secret_check("--creds", target->creds_file, error);
	if (!err && target->nkey_file)
		err = read_nkey(target->nkey_file, &nkey, error);
	if (!err && (target->token_file || target->header_file))
		err = error_set(error, -EINVAL,
				"--token-file and --header-file are of http:// and https:// alone");
	return err;
}
