/** The kernel's generator by system call. */
package dev.cofre.engine.random;
