// SPDX-License-Identifier: BSL-1.0
//
// What the layer does with each function of the C library that can wait, and which it leaves alone.

#include <unordered_map>

#include "verdict.hpp"

namespace weft::audit {
namespace {

constexpr std::string_view descriptors[]{
    "__connect",  "__poll",       "__poll_chk",     "__ppoll_chk", "__read",      "__read_chk",
    "__recv",     "__recv_chk",   "__recvfrom_chk", "__select",    "__send",      "__sendmmsg",
    "__write",    "accept",       "accept4",        "connect",     "epoll_pwait", "epoll_pwait2",
    "epoll_wait", "eventfd_read", "eventfd_write",  "poll",        "ppoll",       "pselect",
    "read",       "readv",        "recv",           "recvfrom",    "recvmmsg",    "recvmsg",
    "select",     "send",         "sendfile",       "sendfile64",  "sendmmsg",    "sendmsg",
    "sendto",     "splice",       "write",          "writev"};

constexpr std::string_view bookkeeping[]{
    "__close", "__dup2", "__fcntl",    "__pipe",   "close",   "close_range", "closefrom",
    "dup",     "dup2",   "dup3",       "fcntl",    "fcntl64", "getsockopt",  "ioctl",
    "pipe",    "pipe2",  "setsockopt", "shutdown", "socket",  "socketpair"};

constexpr std::string_view sleeps[]{"__nanosleep", "clock_nanosleep", "nanosleep",
                                    "sleep",       "thrd_sleep",      "usleep"};

constexpr std::string_view names[]{"getaddrinfo",     "gethostbyaddr",  "gethostbyaddr_r",
                                   "gethostbyname",   "gethostbyname2", "gethostbyname2_r",
                                   "gethostbyname_r", "getnameinfo"};

constexpr std::string_view locks[]{"__cxa_guard_abort",
                                   "__cxa_guard_acquire",
                                   "__cxa_guard_release",
                                   "call_once",
                                   "cnd_broadcast",
                                   "cnd_signal",
                                   "cnd_timedwait",
                                   "cnd_wait",
                                   "mtx_lock",
                                   "mtx_timedlock",
                                   "mtx_trylock",
                                   "mtx_unlock",
                                   "pthread_clockjoin_np",
                                   "pthread_cond_broadcast",
                                   "pthread_cond_clockwait",
                                   "pthread_cond_signal",
                                   "pthread_cond_timedwait",
                                   "pthread_cond_wait",
                                   "pthread_join",
                                   "pthread_mutex_clocklock",
                                   "pthread_mutex_lock",
                                   "pthread_mutex_timedlock",
                                   "pthread_mutex_trylock",
                                   "pthread_mutex_unlock",
                                   "pthread_once",
                                   "pthread_rwlock_clockrdlock",
                                   "pthread_rwlock_clockwrlock",
                                   "pthread_rwlock_rdlock",
                                   "pthread_rwlock_timedrdlock",
                                   "pthread_rwlock_timedwrlock",
                                   "pthread_rwlock_tryrdlock",
                                   "pthread_rwlock_trywrlock",
                                   "pthread_rwlock_unlock",
                                   "pthread_rwlock_wrlock",
                                   "pthread_timedjoin_np",
                                   "sem_clockwait",
                                   "sem_post",
                                   "sem_timedwait",
                                   "sem_trywait",
                                   "sem_wait",
                                   "thrd_join"};

constexpr std::string_view processes[]{"__wait", "__waitpid", "pclose", "popen",  "system",
                                       "wait",   "wait3",     "wait4",  "waitid", "waitpid"};

constexpr std::string_view streams[]{
    "__fgets_chk", "__fread_chk",     "__getdelim", "fclose",   "fflush",  "fgetc",
    "fgets",       "fgets_unlocked",  "fputc",      "fputs",    "fread",   "fread_unlocked",
    "fwrite",      "fwrite_unlocked", "getc",       "getdelim", "getline", "putc"};

constexpr std::string_view files[]{
    "__open",        "__open64",    "__open64_2", "__open_2",  "__openat64_2", "__openat_2",
    "__pread64_chk", "__pread_chk", "creat",      "creat64",   "fdatasync",    "flock",
    "fstat",         "fstat64",     "fstatat",    "fstatat64", "fsync",        "lockf",
    "lockf64",       "lstat",       "lstat64",    "open",      "open64",       "openat",
    "openat64",      "pread",       "pread64",    "preadv",    "preadv2",      "preadv64",
    "preadv64v2",    "pwrite",      "pwrite64",   "pwritev",   "pwritev2",     "pwritev64",
    "pwritev64v2",   "stat",        "stat64",     "statx"};

constexpr std::string_view users[]{"getgrgid",     "getgrgid_r", "getgrnam",   "getgrnam_r",
                                   "getgrouplist", "getpwnam",   "getpwnam_r", "getpwuid",
                                   "getpwuid_r",   "initgroups"};

constexpr std::string_view resolver[]{"res_nquery", "res_nquerydomain", "res_nsearch", "res_nsend",
                                      "res_query",  "res_querydomain",  "res_search",  "res_send"};

constexpr std::string_view raw_calls[]{"syscall"};

constexpr std::string_view loading[]{"dlmopen", "dlopen"};

constexpr std::string_view prints[]{
    "__fprintf_chk", "__printf_chk", "__syslog_chk", "__vfprintf_chk", "__vprintf_chk",
    "__vsyslog_chk", "dprintf",      "fprintf",      "fputwc",         "fputws",
    "perror",        "printf",       "psignal",      "putchar",        "puts",
    "putwc",         "syslog",       "vdprintf",     "vfprintf",       "vprintf",
    "vsyslog"};

constexpr std::string_view metadata[]{
    "__realpath_chk", "access",     "chmod",       "chown",     "faccessat",
    "fchmod",         "fchmodat",   "fchown",      "fchownat",  "fdopendir",
    "fopen",          "fopen64",    "freopen",     "freopen64", "fstatfs",
    "fstatvfs",       "ftruncate",  "ftruncate64", "ftw",       "glob",
    "lchown",         "link",       "linkat",      "mkdir",     "mkdirat",
    "mkdtemp",        "mkostemp",   "mkstemp",     "mkstemp64", "nftw",
    "opendir",        "readdir",    "readdir64",   "readlink",  "readlinkat",
    "realpath",       "remove",     "rename",      "renameat",  "renameat2",
    "rmdir",          "scandir",    "scandir64",   "statfs",    "statfs64",
    "statvfs",        "symlink",    "symlinkat",   "tmpfile",   "tmpfile64",
    "truncate",       "truncate64", "unlink",      "unlinkat"};

constexpr std::string_view thread_values[]{"__uselocale",
                                           "pthread_getspecific",
                                           "pthread_setname_np",
                                           "pthread_setspecific",
                                           "pthread_sigmask",
                                           "sigaltstack",
                                           "sigprocmask",
                                           "tss_get",
                                           "tss_set",
                                           "uselocale"};

constexpr std::string_view signals[]{"__longjmp_chk", "alarm",         "setitimer",
                                     "siglongjmp",    "timer_settime", "ualarm"};

constexpr std::string_view pending_signals[]{"sigwait"};

constexpr std::string_view own_stacks[]{"makecontext", "setcontext", "swapcontext"};

constexpr std::string_view own_threads[]{"pthread_create", "thrd_create"};

constexpr std::string_view hidden_places[]{"asctime",       "ctime",         "getprotobyname",
                                           "getservbyname", "getservbyport", "gmtime",
                                           "localtime",     "strtok"};

constexpr std::string_view kernel_waits[]{"aio_suspend",
                                          "aio_suspend64",
                                          "copy_file_range",
                                          "fallocate",
                                          "fallocate64",
                                          "gai_suspend",
                                          "lio_listio",
                                          "lio_listio64",
                                          "mq_receive",
                                          "mq_send",
                                          "mq_timedreceive",
                                          "mq_timedsend",
                                          "msgrcv",
                                          "msgsnd",
                                          "msync",
                                          "pause",
                                          "posix_fallocate",
                                          "posix_fallocate64",
                                          "semop",
                                          "semtimedop",
                                          "sigsuspend",
                                          "sigtimedwait",
                                          "sigwaitinfo",
                                          "sync",
                                          "sync_file_range",
                                          "syncfs",
                                          "tcdrain",
                                          "tcflush",
                                          "tee",
                                          "vmsplice"};

constexpr std::string_view input[]{"__isoc99_fscanf", "__isoc99_scanf", "__isoc99_vfscanf",
                                   "__isoc99_vscanf", "fgetwc",         "fgetws",
                                   "fscanf",          "getchar",        "getchar_unlocked",
                                   "getpass",         "getwc",          "getwchar",
                                   "scanf",           "vfscanf",        "vscanf"};

constexpr std::string_view thread_waits[]{"pthread_barrier_wait", "pthread_spin_lock"};

constexpr std::string_view services[]{"getgrent",   "getgrent_r",   "gethostent",   "getlogin",
                                      "getlogin_r", "getnetbyaddr", "getnetbyname", "getpwent",
                                      "getpwent_r", "getrpcbyname", "getspnam",     "getspnam_r",
                                      "innetgr",    "rcmd",         "rexec",        "ruserok"};

constexpr std::string_view thread_ends[]{"pthread_cancel", "pthread_exit", "thrd_exit"};

constexpr std::string_view process_copies[]{"clone"};

constexpr std::string_view thread_identity[]{"setns", "unshare"};

constexpr symbol_group groups[]{
    {{verdict::covered, "the fiber waits until the descriptor is ready", ""}, descriptors},
    {{verdict::covered, "does not wait; the layer keeps what the caller sees of the descriptor",
      ""},
     bookkeeping},
    {{verdict::covered, "the fiber sleeps", ""}, sleeps},
    {{verdict::covered, "names are resolved on the loop; the fiber waits for the answer", ""},
     names},
    {{verdict::covered, "a fiber that has to wait lets the others run", ""}, locks},
    {{verdict::covered, "the fiber waits for the other process", ""}, processes},
    {{verdict::covered,
      "on a socket or pipe the fiber waits; on a file a thread of the pool does the work", ""},
     streams},
    {{verdict::offloaded, "waits for the disk, on a thread of the pool", ""}, files},
    {{verdict::offloaded, "asks services of the system, on a thread of the pool", ""}, users},
    {{verdict::offloaded, "asks name servers, on a thread of the pool", ""}, resolver},
    {{verdict::noted,
      "a system call that the layer does not see: std::atomic::wait, "
      "std::counting_semaphore, std::latch, std::barrier and the locks of some libraries "
      "wait by it",
      "find out what it is used for; let no fiber wait in it for another one"},
     raw_calls},
    {{verdict::noted, "what is loaded while the program runs was not looked at",
      "name these libraries, too"},
     loading},
    {{verdict::noted, "holds up all fibers while a pipe or terminal behind the stream is full",
      "write to a file, or see to it that the reader keeps up"},
     prints},
    {{verdict::noted, "short on local disks, but unbounded on network file systems",
      "keep it away from network file systems, or call it by weft::to_thread"},
     metadata},
    {{verdict::noted, "belongs to the thread: all its fibers share it",
      "see to it that no fiber waits between setting and using it"},
     thread_values},
    {{verdict::noted, "the signal interrupts whichever fiber runs",
      "use a deadline of weft, or let no handler touch what fibers use"},
     signals},
    {{verdict::noted, "waits only if no signal is pending",
      "see to it that sigpending() is asked first"},
     pending_signals},
    {{verdict::noted, "switches stacks, which weft does not know of",
      "let a fiber wait only on its own stack"},
     own_stacks},
    {{verdict::noted, "starts real threads: their calls pass through the layer and may block",
      "start the program by weft-run --threads-as-fibers"},
     own_threads},
    {{verdict::noted, "keeps its place between calls in the process: all fibers share it",
      "use the variant that ends in _r"},
     hidden_places},
    {{verdict::blocks, "waits in the kernel, where the layer does not reach",
      "call it by weft::to_thread, or on a thread of its own"},
     kernel_waits},
    {{verdict::blocks, "reads inside the C library until the input is there",
      "read the line by fgets or getline first"},
     input},
    {{verdict::blocks, "waits for other threads, and fibers cannot run meanwhile",
      "use weft::barrier or a mutex"},
     thread_waits},
    {{verdict::blocks, "asks services of the system inside the C library",
      "call it by weft::to_thread"},
     services},
    {{verdict::unsafe, "ends or interrupts the thread, and with it all its fibers",
      "return from the function instead, or cancel the task"},
     thread_ends},
    {{verdict::unsafe, "makes a thread or process behind the back of the C library and of weft",
      "use fork, pthread_create or posix_spawn"},
     process_copies},
    {{verdict::unsafe, "changes the whole thread, hence every fiber of it",
      "do it before the runtime starts, or in a process of its own"},
     thread_identity},
};

}  // namespace

std::span<const symbol_group> symbol_groups() noexcept {
    return groups;
}

const judgement* judgement_of(std::string_view symbol) {
    static const auto judgements = [] {
        std::unordered_map<std::string_view, const judgement*> made;
        for (const symbol_group& group : groups) {
            for (const std::string_view each : group.symbols) {
                made.emplace(each, &group.why);
            }
        }
        return made;
    }();
    const auto found = judgements.find(symbol);
    return found != judgements.end() ? found->second : nullptr;
}

}  // namespace weft::audit
