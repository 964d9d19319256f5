module libvideodb_rt/bindings/go

go 1.19
