package dev.cofre.engine.processor;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.cofre.engine.foreign.NativeLibrary;
import java.lang.System.Logger.Level;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * How large a thread's share of a processor is that others want as well: setpriority(2), which on
 * Linux is of one thread.
 *
 * <p>Threads that answer nobody take a tenth of an event loop's share. They do their work in the
 * pauses of the event loops; beside one without pauses each still gets a tenth of the processor,
 * which is more than the sealing and shipping of a node at its limit take.
 */
@SuppressWarnings("restricted") // setpriority(2) is a C function
public final class Niceness {
  private static final System.Logger LOG = System.getLogger(Niceness.class.getName());
  private static final int PRIO_PROCESS = 0;
  private static final int THIS_THREAD = 0;
  private static final int PROCESS = (int) ProcessHandle.current().pid();
  private static final int LESS = 10;
  private static final int SOMEWHAT_LESS = 5;
  private static final int LEAST = 19;
  private static final boolean IS_LINUX = System.getProperty("os.name").equals("Linux");

  private static final MethodHandle GET_PRIORITY =
      link("getpriority", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SET_PRIORITY =
      link("setpriority", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

  private Niceness() {}

  private static MethodHandle link(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
  }

  /**
   * Has the calling thread, and those that it starts, give way to event loops, which are as nice as
   * the process's first thread.
   */
  public static void giveWay() {
    giveWay(THIS_THREAD, LESS);
  }

  /** Has the thread {@code number} of this process take a third of an event loop's share. */
  public static void giveSomeWay(int number) {
    giveWay(number, SOMEWHAT_LESS);
  }

  private static void giveWay(int thread, int less) {
    if (!IS_LINUX) {
      // Elsewhere it is of the whole process.
      return;
    }
    try {
      int process = (int) GET_PRIORITY.invokeExact(PRIO_PROCESS, PROCESS);
      int nice = Math.min(process + less, LEAST);
      int failed = (int) SET_PRIORITY.invokeExact(PRIO_PROCESS, thread, nice);
      if (failed != 0) {
        LOG.log(Level.DEBUG, "a thread cannot give way");
      }
    } catch (Throwable e) {
      throw NativeLibrary.failed(e);
    }
  }
}
