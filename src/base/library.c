/* library.c - shared libraries that are loaded when they are needed, and not at every start */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/library.h"

#include "base/i18n.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

bool library_load(const char *soname, const struct library_call *calls, size_t count, void *table,
		  struct err *err)
{
	errno = 0;
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

	if (!library && errno == ENOMEM)
		mem_exhausted();
	if (!library)
		return err_set(err, ERR_SYSTEM, _("cannot load a library: %s"), dlerror());
	for (size_t i = 0; i < count; i++) {
		void *address = dlsym(library, calls[i].name);
		if (!address)
			return err_set(err, ERR_SYSTEM, _("cannot load a library: %s"), dlerror());
		memcpy((char *)table + calls[i].offset, &address, sizeof address);
	}
	return true;
}
