//! `devopsify up`: the whole store on this machine with one command.
