/** The generator by hand: what is asked on a command line, run, and written down. */
package dev.cofre.loadtest;
