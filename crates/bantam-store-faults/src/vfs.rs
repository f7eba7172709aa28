//! Lets SQLite use a [`Disk`]: its calls, as C functions.
//!
//! SQLite promises what each function here relies on: a `sqlite3_file` it passes is one that `open` filled, until `close`;
//! a name is a text that ends with a zero and lives as long as the call; buffers are as long as it says.

use crate::disk::{Call, Disk, Fault, Region, Wish};
use crate::locks::Holder;
use rusqlite::ffi;
use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, Once, OnceLock, PoisonError};

/// The longest path.
const PATH_MAX: c_int = 1_024;

/// A file as SQLite keeps it: its own part first.
#[repr(C)]
struct VfsFile {
    base: ffi::sqlite3_file,
    open: *mut Open,
}

struct Open {
    disk: Arc<Mutex<Disk>>,
    name: String,
    holder: Holder,
}

type Disks = Mutex<HashMap<PathBuf, Arc<Mutex<Disk>>>>;

fn disks() -> &'static Disks {
    static DISKS: OnceLock<Disks> = OnceLock::new();
    DISKS.get_or_init(Disks::default)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn mount(folder: &Path, disk: Arc<Mutex<Disk>>) {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(register);
    lock(disks()).insert(folder.to_owned(), disk);
}

pub(crate) fn unmount(folder: &Path) {
    lock(disks()).remove(folder);
}

fn disk_of(name: &str) -> Option<Arc<Mutex<Disk>>> {
    lock(disks()).get(Path::new(name).parent()?).cloned()
}

/// Makes this SQLite's default file system.
fn register() {
    // SAFETY: a null name asks for the default file system, which lives as long as the program.
    let usual = unsafe { ffi::sqlite3_vfs_find(std::ptr::null()) };
    // SAFETY: SQLite has a default file system on every system this runs on.
    let Some(usual) = (unsafe { usual.as_ref() }) else { return };
    let vfs = ffi::sqlite3_vfs {
        szOsFile: size_of::<VfsFile>() as c_int,
        mxPathname: PATH_MAX,
        pNext: std::ptr::null_mut(),
        zName: c"faulty".as_ptr(),
        xOpen: Some(open),
        xDelete: Some(delete),
        xAccess: Some(access),
        xFullPathname: Some(full_pathname),
        // Chance, sleep and time are those of the system; none of these functions looks at the rest.
        ..*usual
    };
    // SAFETY: the structure is never freed, and its functions are those SQLite asks for.
    unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(vfs)), 1) };
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(file_size),
    xLock: Some(raise_lock),
    xUnlock: Some(lower_lock),
    xCheckReservedLock: Some(check_reserved_lock),
    xFileControl: Some(file_control),
    xSectorSize: Some(sector_size),
    xDeviceCharacteristics: Some(device_characteristics),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

/// Returns the code by which SQLite knows a fault.
fn code(fault: Fault, call: Call) -> c_int {
    if fault == Fault::Full {
        return ffi::SQLITE_FULL;
    }
    match call {
        Call::Open => ffi::SQLITE_CANTOPEN,
        Call::Read => ffi::SQLITE_IOERR_READ,
        Call::Write => ffi::SQLITE_IOERR_WRITE,
        Call::Truncate => ffi::SQLITE_IOERR_TRUNCATE,
        Call::Sync => ffi::SQLITE_IOERR_FSYNC,
        Call::Size => ffi::SQLITE_IOERR_FSTAT,
        Call::Delete => ffi::SQLITE_IOERR_DELETE,
        Call::Access => ffi::SQLITE_IOERR_ACCESS,
    }
}

/// Does something with a disk, unless the call fails.
fn on(disk: &Mutex<Disk>, call: Call, work: impl FnOnce(&mut Disk) -> c_int) -> c_int {
    let mut disk = lock(disk);
    match disk.call(call) {
        Ok(()) => work(&mut disk),
        Err(fault) => code(fault, call),
    }
}

/// Returns a name that SQLite passed.
///
/// # Safety
/// It is null or a text that ends with a zero.
unsafe fn text<'n>(name: *const c_char) -> Option<&'n str> {
    // SAFETY: as the caller promises.
    (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }).and_then(|name| name.to_str().ok())
}

/// Returns what was opened.
///
/// # Safety
/// The file is one that `open` filled, and was not closed.
unsafe fn opened<'f>(file: *mut ffi::sqlite3_file) -> &'f Open {
    // SAFETY: `open` put a box there, which `close` takes.
    unsafe { &*(*file.cast::<VfsFile>()).open }
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    name: ffi::sqlite3_filename,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let file = file.cast::<VfsFile>();
    // SAFETY: SQLite gives memory of the size that was registered. Without methods it closes nothing.
    unsafe { (*file).base.pMethods = std::ptr::null() };
    // SAFETY: SQLite's name.
    let Some(name) = (unsafe { text(name) }) else { return ffi::SQLITE_CANTOPEN };
    let Some(disk) = disk_of(name) else { return ffi::SQLITE_CANTOPEN };
    let result = on(&disk, Call::Open, |disk| {
        if !disk.exists(name) && flags & ffi::SQLITE_OPEN_CREATE == 0 {
            return ffi::SQLITE_CANTOPEN;
        }
        disk.open(name);
        ffi::SQLITE_OK
    });
    if result != ffi::SQLITE_OK {
        return result;
    }
    let holder = lock(&disk).holder();
    let open = Box::new(Open { disk, name: name.to_owned(), holder });
    // SAFETY: as above; and the flags may be told where SQLite wants to know them.
    unsafe {
        (*file).open = Box::into_raw(open);
        (*file).base.pMethods = &METHODS;
        if let Some(out) = out_flags.as_mut() {
            *out = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn close(file: *mut ffi::sqlite3_file) -> c_int {
    // SAFETY: `open` put a box there, and SQLite closes once.
    let open = unsafe { Box::from_raw((*file.cast::<VfsFile>()).open) };
    lock(&open.disk).locks(&open.name).lower(open.holder, 0);
    ffi::SQLITE_OK
}

unsafe extern "C" fn read(file: *mut ffi::sqlite3_file, into: *mut c_void, size: c_int, offset: i64) -> c_int {
    // SAFETY: an open file, and a buffer of that size.
    let (open, into) = unsafe { (opened(file), std::slice::from_raw_parts_mut(into.cast::<u8>(), size as usize)) };
    on(&open.disk, Call::Read, |disk| match disk.read(&open.name, offset as usize, into) {
        true => ffi::SQLITE_OK,
        false => ffi::SQLITE_IOERR_SHORT_READ,
    })
}

unsafe extern "C" fn write(file: *mut ffi::sqlite3_file, from: *const c_void, size: c_int, offset: i64) -> c_int {
    // SAFETY: an open file, and a buffer of that size.
    let (open, from) = unsafe { (opened(file), std::slice::from_raw_parts(from.cast::<u8>(), size as usize)) };
    on(&open.disk, Call::Write, |disk| {
        disk.write(&open.name, offset as usize, from);
        ffi::SQLITE_OK
    })
}

unsafe extern "C" fn truncate(file: *mut ffi::sqlite3_file, size: i64) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { opened(file) };
    on(&open.disk, Call::Truncate, |disk| {
        disk.truncate(&open.name, size as usize);
        ffi::SQLITE_OK
    })
}

unsafe extern "C" fn sync(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { opened(file) };
    on(&open.disk, Call::Sync, |disk| {
        disk.sync(&open.name).map_or_else(|fault| code(fault, Call::Sync), |()| ffi::SQLITE_OK)
    })
}

unsafe extern "C" fn file_size(file: *mut ffi::sqlite3_file, size: *mut i64) -> c_int {
    // SAFETY: an open file, and a place for its size.
    let (open, size) = unsafe { (opened(file), &mut *size) };
    on(&open.disk, Call::Size, |disk| {
        *size = disk.size(&open.name) as i64;
        ffi::SQLITE_OK
    })
}

/// Returns the code for a lock that was asked for.
fn granted(is_free: bool) -> c_int {
    if is_free { ffi::SQLITE_OK } else { ffi::SQLITE_BUSY }
}

unsafe extern "C" fn raise_lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { opened(file) };
    granted(lock(&open.disk).lock(&open.name, open.holder, level))
}

unsafe extern "C" fn lower_lock(file: *mut ffi::sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { opened(file) };
    lock(&open.disk).locks(&open.name).lower(open.holder, level);
    ffi::SQLITE_OK
}

unsafe extern "C" fn check_reserved_lock(file: *mut ffi::sqlite3_file, is_reserved: *mut c_int) -> c_int {
    // SAFETY: an open file, and a place for the answer.
    let (open, is_reserved) = unsafe { (opened(file), &mut *is_reserved) };
    *is_reserved = c_int::from(lock(&open.disk).locks(&open.name).is_reserved());
    ffi::SQLITE_OK
}

unsafe extern "C" fn file_control(_: *mut ffi::sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn sector_size(_: *mut ffi::sqlite3_file) -> c_int {
    4_096
}

/// As on Unix: a write that is cut off changes nothing beside itself.
unsafe extern "C" fn device_characteristics(_: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}

unsafe extern "C" fn shm_map(
    file: *mut ffi::sqlite3_file,
    place: c_int,
    size: c_int,
    extend: c_int,
    region: *mut *mut c_void,
) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { opened(file) };
    let at = Region { place: place as usize, size: size as usize, extend: extend != 0 };
    let found = lock(&open.disk).region(&open.name, open.holder, at);
    // SAFETY: a place for the answer. The region stays where it is until it is unmapped.
    unsafe { *region = found.map_or(std::ptr::null_mut(), <*mut u8>::cast) };
    ffi::SQLITE_OK
}

unsafe extern "C" fn shm_lock(file: *mut ffi::sqlite3_file, first: c_int, count: c_int, flags: c_int) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { opened(file) };
    let wish = match flags {
        _ if flags & ffi::SQLITE_SHM_UNLOCK != 0 => Wish::Free,
        _ if flags & ffi::SQLITE_SHM_EXCLUSIVE != 0 => Wish::Exclusive,
        _ => Wish::Shared,
    };
    let slots = first as usize..first as usize + count as usize;
    granted(lock(&open.disk).lock_slots(&open.name, open.holder, slots, wish))
}

unsafe extern "C" fn shm_barrier(_: *mut ffi::sqlite3_file) {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

unsafe extern "C" fn shm_unmap(file: *mut ffi::sqlite3_file, _: c_int) -> c_int {
    // SAFETY: an open file.
    let open = unsafe { opened(file) };
    lock(&open.disk).unmap(&open.name, open.holder);
    ffi::SQLITE_OK
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, name: *const c_char, _: c_int) -> c_int {
    // SAFETY: SQLite's name.
    let Some(name) = (unsafe { text(name) }) else { return ffi::SQLITE_IOERR_DELETE };
    let Some(disk) = disk_of(name) else { return ffi::SQLITE_IOERR_DELETE };
    on(&disk, Call::Delete, |disk| match disk.delete(name) {
        true => ffi::SQLITE_OK,
        false => ffi::SQLITE_IOERR_DELETE_NOENT,
    })
}

unsafe extern "C" fn access(_: *mut ffi::sqlite3_vfs, name: *const c_char, _: c_int, is_there: *mut c_int) -> c_int {
    // SAFETY: SQLite's name, and a place for the answer.
    let (name, is_there) = unsafe { (text(name), &mut *is_there) };
    *is_there = 0;
    let Some((name, disk)) = name.and_then(|name| Some((name, disk_of(name)?))) else { return ffi::SQLITE_OK };
    on(&disk, Call::Access, |disk| {
        // A file without content is none: SQLite makes it when it needs it.
        *is_there = c_int::from(disk.exists(name) && disk.size(name) > 0);
        ffi::SQLITE_OK
    })
}

unsafe extern "C" fn full_pathname(
    _: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    size: c_int,
    into: *mut c_char,
) -> c_int {
    // SAFETY: SQLite's name.
    let bytes = unsafe { CStr::from_ptr(name) }.to_bytes_with_nul();
    if bytes.len() > size as usize {
        return ffi::SQLITE_CANTOPEN;
    }
    // SAFETY: the buffer has that size, and is not the name's.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr().cast(), into, bytes.len()) };
    ffi::SQLITE_OK
}
