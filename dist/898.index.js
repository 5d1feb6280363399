const c=898,d=[898],e={2898:((t,o,_)=>{_.d(o,{summary:()=>s.z});var s=_(5050)})};export{c as id,d as ids,e as modules};
