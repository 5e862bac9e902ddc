// SPDX-License-Identifier: BSL-1.0
//
// What the layer does with each function of the C library that can wait, and which it leaves alone.
// A function is covered or offloaded exactly if the layer exports it: see interposed_names.txt.

#include <unordered_map>

#include "verdict.hpp"

namespace weft::audit {
namespace {

constexpr std::string_view descriptors[]{
    "__connect",  "__poll",         "__poll_chk",  "__ppoll_chk",  "__read",     "__read_chk",
    "__recv_chk", "__recvfrom_chk", "__select",    "__send",       "__write",    "accept",
    "accept4",    "connect",        "epoll_pwait", "epoll_pwait2", "epoll_wait", "poll",
    "ppoll",      "pselect",        "read",        "readv",        "recv",       "recvfrom",
    "recvmmsg",   "recvmsg",        "select",      "send",         "sendmmsg",   "sendmsg",
    "sendto",     "write",          "writev"};

constexpr std::string_view closing[]{"__close",   "close", "close_range",
                                     "closefrom", "dup2",  "dup3"};

constexpr std::string_view sleeps[]{"__nanosleep", "__sigsuspend", "clock_nanosleep",
                                    "nanosleep",   "pause",        "sigsuspend",
                                    "sleep",       "thrd_sleep",   "usleep"};

constexpr std::string_view children[]{"__vfork", "vfork"};

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
                                   "pthread_barrier_destroy",
                                   "pthread_barrier_init",
                                   "pthread_barrier_wait",
                                   "pthread_cond_broadcast",
                                   "pthread_cond_clockwait",
                                   "pthread_cond_signal",
                                   "pthread_cond_timedwait",
                                   "pthread_cond_wait",
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
                                   "pthread_rwlock_trywrlock",
                                   "pthread_rwlock_unlock",
                                   "pthread_rwlock_wrlock",
                                   "pthread_spin_lock",
                                   "sched_yield",
                                   "sem_clockwait",
                                   "sem_post",
                                   "sem_timedwait",
                                   "sem_wait",
                                   "thrd_yield"};

constexpr std::string_view resolved_names[]{"getaddrinfo",     "gethostbyaddr",  "gethostbyaddr_r",
                                            "gethostbyname",   "gethostbyname2", "gethostbyname2_r",
                                            "gethostbyname_r", "getnameinfo"};

constexpr std::string_view awaited_processes[]{"__waitpid", "pclose", "system", "wait",
                                               "wait3",     "wait4",  "waitid", "waitpid"};

constexpr std::string_view start[]{"__libc_start_main"};

constexpr std::string_view joins[]{"pthread_clockjoin_np", "pthread_join", "pthread_timedjoin_np",
                                   "thrd_join"};

constexpr std::string_view waited_file_locks[]{"fcntl", "fcntl64", "flock", "lockf", "lockf64"};

constexpr std::string_view pool_calls[]{
    "fdatasync",  "fsync",           "getgrgid",         "getgrgid_r",  "getgrnam",
    "getgrnam_r", "getgrouplist",    "getpwnam",         "getpwnam_r",  "getpwuid",
    "getpwuid_r", "res_nquery",      "res_nquerydomain", "res_nsearch", "res_nsend",
    "res_query",  "res_querydomain", "res_search",       "res_send",    "sendfile",
    "sendfile64", "splice",          "syncfs",           "tee",         "vmsplice"};

constexpr std::string_view pool_streams[]{"__dprintf_chk",
                                          "__fgets_chk",
                                          "__fgets_unlocked_chk",
                                          "__fgetws_chk",
                                          "__fgetws_unlocked_chk",
                                          "__fprintf_chk",
                                          "__fread_chk",
                                          "__fread_unlocked_chk",
                                          "__fwprintf_chk",
                                          "__getdelim",
                                          "__isoc23_fscanf",
                                          "__isoc23_fwscanf",
                                          "__isoc23_scanf",
                                          "__isoc23_vfscanf",
                                          "__isoc23_vfwscanf",
                                          "__isoc23_vscanf",
                                          "__isoc23_vwscanf",
                                          "__isoc23_wscanf",
                                          "__isoc99_fscanf",
                                          "__isoc99_fwscanf",
                                          "__isoc99_scanf",
                                          "__isoc99_vfscanf",
                                          "__isoc99_vfwscanf",
                                          "__isoc99_vscanf",
                                          "__isoc99_vwscanf",
                                          "__isoc99_wscanf",
                                          "__overflow",
                                          "__printf_chk",
                                          "__uflow",
                                          "__vdprintf_chk",
                                          "__vfprintf_chk",
                                          "__vfwprintf_chk",
                                          "__vprintf_chk",
                                          "__vwprintf_chk",
                                          "__wprintf_chk",
                                          "dprintf",
                                          "fclose",
                                          "fflush",
                                          "fflush_unlocked",
                                          "fgetc",
                                          "fgetc_unlocked",
                                          "fgets",
                                          "fgets_unlocked",
                                          "fgetwc",
                                          "fgetwc_unlocked",
                                          "fgetws",
                                          "fgetws_unlocked",
                                          "fprintf",
                                          "fputc",
                                          "fputc_unlocked",
                                          "fputs",
                                          "fputs_unlocked",
                                          "fputwc",
                                          "fputwc_unlocked",
                                          "fputws",
                                          "fputws_unlocked",
                                          "fread",
                                          "fread_unlocked",
                                          "fscanf",
                                          "fwprintf",
                                          "fwrite",
                                          "fwrite_unlocked",
                                          "fwscanf",
                                          "getc",
                                          "getc_unlocked",
                                          "getchar",
                                          "getchar_unlocked",
                                          "getdelim",
                                          "getline",
                                          "getw",
                                          "getwc",
                                          "getwc_unlocked",
                                          "getwchar",
                                          "getwchar_unlocked",
                                          "perror",
                                          "printf",
                                          "putc",
                                          "putc_unlocked",
                                          "putchar",
                                          "putchar_unlocked",
                                          "puts",
                                          "putw",
                                          "putwc",
                                          "putwc_unlocked",
                                          "putwchar",
                                          "putwchar_unlocked",
                                          "scanf",
                                          "vdprintf",
                                          "vfprintf",
                                          "vfscanf",
                                          "vfwprintf",
                                          "vfwscanf",
                                          "vprintf",
                                          "vscanf",
                                          "vwprintf",
                                          "vwscanf",
                                          "wprintf",
                                          "wscanf"};

constexpr std::string_view raw_calls[]{"syscall"};

constexpr std::string_view loading[]{"dlmopen", "dlopen"};

constexpr std::string_view file_locks[]{"__fcntl"};

constexpr std::string_view unseen_closing[]{"__dup2"};

constexpr std::string_view streams[]{"__syslog_chk", "__vsyslog_chk", "getpass",
                                     "psignal",      "syslog",        "vsyslog"};

constexpr std::string_view disks[]{
    "__open",     "__open64",      "__open64_2",  "__open_2",       "__openat64_2",
    "__openat_2", "__pread64_chk", "__pread_chk", "__realpath_chk", "access",
    "chmod",      "chown",         "creat",       "creat64",        "faccessat",
    "fchmod",     "fchmodat",      "fchown",      "fchownat",       "fdopendir",
    "fopen",      "fopen64",       "freopen",     "freopen64",      "fstat",
    "fstat64",    "fstatat",       "fstatat64",   "fstatfs",        "fstatvfs",
    "ftruncate",  "ftruncate64",   "ftw",         "glob",           "lchown",
    "link",       "linkat",        "lstat",       "lstat64",        "mkdir",
    "mkdirat",    "mkdtemp",       "mkostemp",    "mkstemp",        "mkstemp64",
    "nftw",       "open",          "open64",      "openat",         "openat64",
    "opendir",    "pread",         "pread64",     "preadv",         "preadv2",
    "preadv64",   "preadv64v2",    "pwrite",      "pwrite64",       "pwritev",
    "pwritev2",   "pwritev64",     "pwritev64v2", "readdir",        "readdir64",
    "readlink",   "readlinkat",    "realpath",    "remove",         "rename",
    "renameat",   "renameat2",     "rmdir",       "scandir",        "scandir64",
    "stat",       "stat64",        "statfs",      "statfs64",       "statvfs",
    "statx",      "symlink",       "symlinkat",   "tmpfile",        "tmpfile64",
    "truncate",   "truncate64",    "unlink",      "unlinkat"};

constexpr std::string_view users[]{"getgrent",     "getgrent_r",   "getlogin",   "getlogin_r",
                                   "getnetbyaddr", "getnetbyname", "getpwent",   "getpwent_r",
                                   "getrpcbyname", "getspnam",     "getspnam_r", "initgroups",
                                   "innetgr",      "ruserok"};

constexpr std::string_view thread_values[]{
    "__uselocale",     "pthread_getspecific", "pthread_setname_np", "pthread_setspecific",
    "pthread_sigmask", "sigaltstack",         "sigprocmask",        "tss_get",
    "tss_set"};

constexpr std::string_view per_fiber[]{"uselocale"};

constexpr std::string_view signals[]{"alarm", "setitimer", "timer_settime", "ualarm"};

constexpr std::string_view jumps[]{"__longjmp_chk", "_longjmp", "longjmp", "siglongjmp"};

constexpr std::string_view pending_signals[]{"sigwait"};

constexpr std::string_view handlers[]{"__sigaction", "__sysv_signal", "bsd_signal", "sigaction",
                                      "signal",      "sigset",        "ssignal",    "sysv_signal"};

constexpr std::string_view own_stacks[]{"makecontext", "setcontext", "swapcontext"};

constexpr std::string_view own_threads[]{"pthread_create", "thrd_create"};

constexpr std::string_view hidden_places[]{"asctime",       "ctime",         "getprotobyname",
                                           "getservbyname", "getservbyport", "gmtime",
                                           "localtime",     "strtok"};

constexpr std::string_view kernel_waits[]{
    "__recv",          "__sendmmsg",        "__xpg_sigpause", "aio_suspend",     "aio_suspend64",
    "copy_file_range", "eventfd_read",      "eventfd_write",  "fallocate",       "fallocate64",
    "gai_suspend",     "lio_listio",        "lio_listio64",   "mq_receive",      "mq_send",
    "mq_timedreceive", "mq_timedsend",      "msgrcv",         "msgsnd",          "msync",
    "posix_fallocate", "posix_fallocate64", "semop",          "semtimedop",      "sigpause",
    "sigtimedwait",    "sigwaitinfo",       "sync",           "sync_file_range", "tcdrain"};

constexpr std::string_view names[]{"gethostent", "rcmd", "rexec"};

constexpr std::string_view processes[]{"__wait"};

constexpr std::string_view thread_ends[]{"pthread_cancel", "pthread_exit", "thrd_exit"};

constexpr std::string_view process_copies[]{"clone"};

constexpr std::string_view thread_identity[]{"setns", "unshare"};

constexpr symbol_group groups[]{
    {{verdict::covered,
      "the fiber waits until the descriptor is ready; what cannot be waited for is done on "
      "a thread of the pool",
      ""},
     descriptors},
    {{verdict::covered, "fibers that wait for the descriptor are woken", ""}, closing},
    {{verdict::covered, "the fiber sleeps", ""}, sleeps},
    {{verdict::covered, "handlers end the waits of main() with EINTR", ""}, handlers},
    {{verdict::covered,
      "ends the handler that it leaves; leaving one that ran while a fiber waited is undefined",
      ""},
     jumps},
    {{verdict::covered, "the layer stands aside in the child", ""}, children},
    {{verdict::covered, "a fiber that has to wait lets the others run", ""}, locks},
    {{verdict::covered, "the fiber waits for the answer", ""}, resolved_names},
    {{verdict::covered, "the fiber waits for the other process", ""}, awaited_processes},
    {{verdict::covered, "weft-run makes main() a fiber", ""}, start},
    {{verdict::covered, "what it sets is the fiber's", ""}, per_fiber},
    {{verdict::offloaded, "a thread of the pool joins", ""}, joins},
    {{verdict::offloaded, "a thread of the pool waits for a lock of a file that is taken", ""},
     waited_file_locks},
    {{verdict::offloaded, "a thread of the pool makes the call", ""}, pool_calls},
    {{verdict::offloaded,
      "what the buffer does not serve is done by a thread of the pool, except on disks", ""},
     pool_streams},
    {{verdict::noted,
      "a system call that the layer does not see: std::atomic::wait, "
      "std::counting_semaphore, std::latch, std::barrier and the locks of some libraries "
      "wait by it",
      "find out what it is used for; let no fiber wait in it for another one"},
     raw_calls},
    {{verdict::noted, "what is loaded while the program runs was not looked at",
      "name these libraries, too"},
     loading},
    {{verdict::noted, "waits only for locks of files (F_SETLKW, F_OFD_SETLKW)",
      "take these by weft::to_thread"},
     file_locks},
    {{verdict::noted, "fibers that wait for the descriptors are not woken",
      "close them one by one by close()"},
     unseen_closing},
    {{verdict::noted,
      "waits for what is behind the stream: hardly for a disk, but without limit for a "
      "pipe, socket or terminal",
      "use read() and write() on these, or see to it that the other side keeps up"},
     streams},
    {{verdict::noted, "short on local disks, but unbounded on network file systems",
      "keep it away from network file systems, or call it by weft::to_thread"},
     disks},
    {{verdict::noted,
      "reads files of the system, or asks a directory service in the network, as "
      "/etc/nsswitch.conf says",
      "call it by weft::to_thread where a network is asked"},
     users},
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
      "run it by weft-run --threads-as-fibers, or let no fiber wait for them but by what is "
      "covered"},
     own_threads},
    {{verdict::noted, "keeps its place between calls in the process: all fibers share it",
      "use the variant that ends in _r"},
     hidden_places},
    {{verdict::blocks, "waits in the kernel, where the layer does not reach",
      "call it by weft::to_thread, or on a thread of its own"},
     kernel_waits},
    {{verdict::blocks, "asks servers inside the C library",
      "use weft::net::resolver, or call it by weft::to_thread"},
     names},
    {{verdict::blocks, "waits for the other process", "use weft::run_process or weft::process"},
     processes},
    {{verdict::unsafe, "ends or interrupts the thread, and with it all its fibers",
      "return from the function instead, cancel the task, or run it by weft-run "
      "--threads-as-fibers"},
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
