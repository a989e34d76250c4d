/** What is written down of a run. */
package dev.cofre.loadtest;
