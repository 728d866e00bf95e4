/* driver.c - a PKCS#11 module around SoftHSM that counts, hangs or crashes on request */
// SPDX-License-Identifier: GPL-3.0-or-later
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <p11-kit/pkcs11.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * In the environment: DRIVER_BELOW is the real module. DRIVER_LOG gets a line for each call that
 * matters: its name, our process id, and how many network sockets that process has. DRIVER_HANG and
 * DRIVER_CRASH name a call. DRIVER_FINAL_TRY makes the token say that one try is left.
 */

static CK_FUNCTION_LIST below;
static CK_FUNCTION_LIST ours;

static int count_network_sockets(void)
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	int count = 0;

	while (dir && (entry = readdir(dir))) {
		int domain = 0;
		socklen_t len = sizeof domain;
		if (getsockopt(atoi(entry->d_name), SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0)
			count += domain == AF_INET || domain == AF_INET6;
	}
	if (dir)
		closedir(dir);
	return count;
}

static int is_asked_to(const char *what, const char *name)
{
	const char *wanted = getenv(what);

	return wanted && strcmp(wanted, name) == 0;
}

static void enter(const char *name)
{
	const char *path = getenv("DRIVER_LOG");
	int file = path ? open(path, O_WRONLY | O_CREAT | O_APPEND, 0666) : -1;

	if (file >= 0) {
		dprintf(file, "%s %d %d\n", name, (int)getpid(), count_network_sockets());
		close(file);
	}
	if (is_asked_to("DRIVER_CRASH", name))
		abort();
	while (is_asked_to("DRIVER_HANG", name))
		pause();
}

static CK_RV initialize(void *args)
{
	enter("C_Initialize");
	return below.C_Initialize(args);
}

static CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	CK_RV result = below.C_GetTokenInfo(slot, info);

	if (result == CKR_OK && getenv("DRIVER_FINAL_TRY"))
		info->flags |= CKF_USER_PIN_FINAL_TRY;
	return result;
}

static CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, unsigned char *pin,
		   unsigned long len)
{
	enter("C_Login");
	return below.C_Login(session, user, pin, len);
}

static CK_RV sign(CK_SESSION_HANDLE session, unsigned char *data, unsigned long len,
		  unsigned char *signature, unsigned long *signature_len)
{
	/* Without room for it, only its length is asked for. */
	if (signature)
		enter("C_Sign");
	return below.C_Sign(session, data, len, signature, signature_len);
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
	void *library = dlopen(getenv("DRIVER_BELOW"), RTLD_NOW | RTLD_LOCAL);
	CK_C_GetFunctionList get = NULL;
	CK_FUNCTION_LIST *found = NULL;

	if (library)
		*(void **)&get = dlsym(library, "C_GetFunctionList");
	if (!get || get(&found) != CKR_OK)
		return CKR_GENERAL_ERROR;
	below = ours = *found;
	ours.C_Initialize = initialize;
	ours.C_GetTokenInfo = get_token_info;
	ours.C_Login = login;
	ours.C_Sign = sign;
	*list = &ours;
	return CKR_OK;
}
