/* sink.c - a relay that takes everything and keeps nothing, as fast as the loopback interface */
// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * sink PORT FILE: listens on 127.0.0.1 until it or its parent ends. FILE holds two 64-bit numbers
 * that a bench reads: connections made, messages taken.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS_MAX = 1000, INPUT_MAX = 65536, OUTPUT_MAX = 65536 };

struct client {
	int fd;
	int is_in_data;
	size_t len;
	size_t out_len;
	char in[INPUT_MAX];
	char out[OUTPUT_MAX];
};

static struct {
	uint64_t connections;
	uint64_t messages;
} * counts;

static struct client *clients[CLIENTS_MAX];
static struct pollfd polled[CLIENTS_MAX + 1];

static void say(struct client *client, const char *reply)
{
	size_t len = strlen(reply);

	if (client->out_len + len > OUTPUT_MAX)
		return;
	memcpy(client->out + client->out_len, reply, len);
	client->out_len += len;
}

static void obey(struct client *client, const char *line)
{
	if (client->is_in_data) {
		if (strcmp(line, ".") != 0)
			return;
		client->is_in_data = 0;
		counts->messages++;
		say(client, "250 2.0.0 taken\r\n");
	} else if (strncasecmp(line, "EHLO", 4) == 0) {
		say(client, "250-sink\r\n250-PIPELINING\r\n250-SIZE 100000000\r\n250 8BITMIME\r\n");
	} else if (strncasecmp(line, "DATA", 4) == 0) {
		client->is_in_data = 1;
		say(client, "354 go on\r\n");
	} else if (strncasecmp(line, "QUIT", 4) == 0) {
		say(client, "221 2.0.0 bye\r\n");
	} else {
		say(client, "250 2.0.0 ok\r\n");
	}
}

static void obey_all(struct client *client)
{
	char *begin = client->in;
	char *end = client->in + client->len;

	for (char *line_end; (line_end = memchr(begin, '\n', (size_t)(end - begin)));
	     begin = line_end + 1) {
		*line_end = '\0';
		if (line_end > begin && line_end[-1] == '\r')
			line_end[-1] = '\0';
		obey(client, begin);
	}
	client->len = (size_t)(end - begin);
	memmove(client->in, begin, client->len);
}

static void forget(size_t i)
{
	close(clients[i]->fd);
	free(clients[i]);
	clients[i] = NULL;
	polled[i].fd = -1;
}

static void serve(size_t i)
{
	struct client *client = clients[i];
	ssize_t got = read(client->fd, client->in + client->len, INPUT_MAX - client->len);

	if (got <= 0) {
		forget(i);
		return;
	}
	client->len += (size_t)got;
	obey_all(client);
	if (client->out_len > 0 && write(client->fd, client->out, client->out_len) < 0)
		forget(i);
	else
		client->out_len = 0;
}

static void welcome(int listener)
{
	static const char greeting[] = "220 sink ESMTP\r\n";
	int fd = accept(listener, NULL, NULL);
	int on = 1;

	for (size_t i = 0; fd >= 0 && i < CLIENTS_MAX; i++) {
		if (clients[i])
			continue;
		clients[i] = calloc(1, sizeof *clients[i]);
		clients[i]->fd = polled[i].fd = fd;
		polled[i].events = POLLIN;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		counts->connections++;
		if (write(fd, greeting, sizeof greeting - 1) < 0)
			forget(i);
		return;
	}
	close(fd);
}

static int listen_on(const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				       .sin_port = htons((uint16_t)strtoul(port, NULL, 10)) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 512) < 0) {
		perror("sink");
		exit(1);
	}
	return fd;
}

int main(int argc, char *argv[])
{
	int file = argc == 3 ? open(argv[2], O_RDWR | O_CREAT, 0600) : -1;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (file < 0 || ftruncate(file, sizeof *counts) < 0)
		return 1;
	counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	polled[CLIENTS_MAX] = (struct pollfd){ .fd = listen_on(argv[1]), .events = POLLIN };
	for (size_t i = 0; i < CLIENTS_MAX; i++)
		polled[i].fd = -1;
	while (poll(polled, CLIENTS_MAX + 1, -1) > 0) {
		for (size_t i = 0; i < CLIENTS_MAX; i++)
			if (polled[i].fd >= 0 && polled[i].revents)
				serve(i);
		if (polled[CLIENTS_MAX].revents)
			welcome(polled[CLIENTS_MAX].fd);
	}
	return 1;
}
