export const id=77,ids=[77],modules={77:((O,E,_)=>{_.d(E,{setCredentialFeature:()=>D.gD});var D=_(357),M=_(3733),s=_(1612),P=_(8092),n=_(6129),W=_(8810)})};
