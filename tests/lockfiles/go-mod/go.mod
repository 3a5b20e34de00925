module example.com/shop

go 1.21

toolchain go1.21.3

require example.com/single v1.0.0

require (
	example.com/direct/v2 v2.3.4 // why it is here
	example.com/indirect v0.0.0-20200101120000-abcdefabcdef // indirect
	example.com/old v4.1.0+incompatible // indirect; and more
	"example.com/quoted" v1.1.0
	example.com/replaced v1.0.0
	example.com/replaced-one v1.0.0
	example.com/folder v1.0.0
	example.com/outside v1.0.0
)

replace (
	example.com/replaced => example.com/fork v1.0.1
	example.com/replaced-one v9.9.9 => example.com/fork v1.0.1
	example.com/folder => ./folder
)

replace example.com/outside => ../outside

exclude example.com/single v0.9.0

retract [v1.0.0, v1.0.5] // wrong
