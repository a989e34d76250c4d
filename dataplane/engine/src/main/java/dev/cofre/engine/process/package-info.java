/** How a plane's process starts, logs and stops; the same for both planes. */
package dev.cofre.engine.process;
