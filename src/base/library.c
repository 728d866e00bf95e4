/* library.c - shared libraries that are loaded when they are first needed */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/library.h"

#include "base/i18n.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

/* The packages to install where a library is missing, as on a minimal system or in a container. */
static const struct {
	const char *name; /* base name of the library file, without a version */
	const char *debian;
	const char *alpine;
} packages[] = {
	{ "libgnutls.so", "libgnutls30t64 (Debian 12: libgnutls30)", "gnutls" },
	{ "libgsasl.so", "libgsasl18", "libgsasl" },
	{ "libidn2.so", "libidn2-0", "libidn2" },
	{ "libsecret-1.so", "libsecret-1-0", "libsecret" },
};

static bool cannot_load(const char *soname, struct err *err)
{
	const char *reason = dlerror();

	for (size_t i = 0; i < LENGTH(packages); i++)
		if (strncmp(soname, packages[i].name, strlen(packages[i].name)) == 0)
			return err_set(err, ERR_SYSTEM,
				       _("cannot load a library: %s; it is in the package %s of "
					 "Debian, %s of Alpine"),
				       reason, packages[i].debian, packages[i].alpine);
	return err_set(err, ERR_SYSTEM, _("cannot load a library: %s"), reason);
}

bool library_load(const char *soname, const struct library_call *calls, size_t count, void *table,
		  struct err *err)
{
	errno = 0;
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

	if (!library && errno == ENOMEM)
		mem_exhausted();
	if (!library)
		return cannot_load(soname, err);
	for (size_t i = 0; i < count; i++) {
		void *address = dlsym(library, calls[i].name);
		if (!address)
			return cannot_load(soname, err);
		memcpy((char *)table + calls[i].offset, &address, sizeof address);
	}
	return true;
}
